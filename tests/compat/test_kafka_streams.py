"""Kafka Streams with ``exactly_once_v2``: a word count whose instances come, die and take over."""

import csv
import gzip
import signal
import struct
import subprocess
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from confluent_kafka import Consumer, IsolationLevel, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, OffsetSpec

from bench.kafka_jars import streams_class_path
from bench.maven_jars import JarsUnavailable
from streaming.cell.program import CHECKOUT
from tests.compat.clients import JAVA, Login

SOURCE = Path(__file__).parent / "java" / "WordCount.java"
FLIGHTS = CHECKOUT / "streaming" / "demo" / "data" / "flights.csv.gz"
PARTITIONS = 3
LINES = 12_000
COMMIT_SECONDS = 1.0
PATIENCE_SECONDS = 60


def flights() -> list[str]:
    """Carrier, origin and destination of real departures: three words a line."""
    with gzip.open(FLIGHTS, "rt") as file:
        rows = csv.DictReader(file)
        return [
            f"{row['carrier']} {row['origin']} {row['dest']}"
            for row, _ in zip(rows, range(LINES), strict=False)
        ]


class Application:
    """Instances of the word count, each a process of its own."""

    def __init__(self, login: Login, class_path: str, lines: str, counts: str, folder: Path):
        self.id = f"words-{uuid.uuid4().hex[:8]}"
        self.folder = folder
        self.instances: list[subprocess.Popen[bytes]] = []
        settings = {
            **login.java(),
            "application.id": self.id,
            "lines": lines,
            "counts": counts,
            "commit.interval.ms": str(int(COMMIT_SECONDS * 1000)),
            "session.timeout.ms": "6000",
            "heartbeat.interval.ms": "1000",
            "auto.offset.reset": "earliest",
            "transaction.timeout.ms": "6000",
        }
        given = [f"{name}={value}" for name, value in settings.items()]
        self.command = [*JAVA, "-Xmx256m", "-cp", class_path, str(SOURCE), *given]

    def start(self) -> subprocess.Popen[bytes]:
        number = len(self.instances)
        with (self.folder / f"instance-{number}.log").open("wb") as log:
            state = f"state.dir={self.folder / f'state-{number}'}"
            instance = subprocess.Popen([*self.command, state], stdout=log, stderr=log)
        self.instances.append(instance)
        return instance

    def said(self, instance: subprocess.Popen[bytes]) -> str:
        number = self.instances.index(instance)
        return (self.folder / f"instance-{number}.log").read_text()

    def wait_until_running(self, instance: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while "RUNNING" not in self.said(instance).splitlines():
            assert time.monotonic() < deadline, self.said(instance)
            assert instance.poll() is None, self.said(instance)
            time.sleep(0.1)

    @contextmanager
    def ends(self) -> Iterator[None]:
        try:
            yield
        finally:
            for instance in self.instances:
                instance.kill()
                instance.wait()


class Ends:
    """Where the partitions of a topic end, for the two kinds of readers."""

    def __init__(self, login: Login, topic: str) -> None:
        self.admin = AdminClient(login.librdkafka())
        self.partitions = [TopicPartition(topic, index) for index in range(PARTITIONS)]

    def of(self, isolation: IsolationLevel) -> list[int]:
        asked = {each: OffsetSpec.latest() for each in self.partitions}
        found = self.admin.list_offsets(asked, isolation_level=isolation)
        return [found[each].result(60).offset for each in self.partitions]

    def open_at(self) -> dict[int, int]:
        """Partitions with an open transaction, and their last stable offsets."""
        stable = self.of(IsolationLevel.READ_COMMITTED)
        all_ends = self.of(IsolationLevel.READ_UNCOMMITTED)
        return {
            index: stable[index] for index in range(PARTITIONS) if stable[index] < all_ends[index]
        }

    def wait_for_commits(self) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while min(self.of(IsolationLevel.READ_COMMITTED)) == 0:
            assert time.monotonic() < deadline
            time.sleep(0.2)


def killed_inside_a_transaction(instance: subprocess.Popen[bytes], ends: Ends) -> bool:
    """Kill it, if it now holds a transaction open over ``ends``; each partition has one writer,
    and only that of a stopped one stays open longer than the commit interval."""
    if not ends.open_at():
        return False
    instance.send_signal(signal.SIGSTOP)
    before = ends.open_at()
    time.sleep(1.5 * COMMIT_SECONDS)
    after = ends.open_at()
    if not before.items() & after.items():
        instance.send_signal(signal.SIGCONT)
        return False
    instance.send_signal(signal.SIGKILL)
    return True


def read(login: Login, topic: str, isolation: str, wanted: int) -> list[tuple[str, int]]:
    """The first ``wanted`` records and what is there beyond: words and counts."""
    consumer = Consumer(
        login.librdkafka(
            **{
                "group.id": "none",
                "isolation.level": isolation,
                "enable.partition.eof": False,
            }
        )
    )
    consumer.assign([TopicPartition(topic, index, 0) for index in range(PARTITIONS)])
    found: list[tuple[str, int]] = []
    deadline = time.monotonic() + PATIENCE_SECONDS
    quiet = 0
    while len(found) < wanted or quiet < 2:
        assert time.monotonic() < deadline, f"{len(found)} of {wanted}"
        messages = consumer.consume(5000, 0.5)
        quiet = 0 if messages else quiet + 1
        for message in messages:
            assert message.error() is None, message.error()
            key, value = message.key(), message.value()
            assert isinstance(key, bytes)
            assert isinstance(value, bytes)
            found.append((key.decode(), struct.unpack(">q", value)[0]))
    consumer.close()
    return found


def test_a_word_count_survives_the_death_of_an_instance_exactly(
    login: Login, make_topic: Callable[..., str], tmp_path: Path
) -> None:
    """Without caches each word's count is written at each step: a repeated, lost or reordered
    input record would show in the output."""
    try:
        class_path = streams_class_path()
    except JarsUnavailable as missing:
        pytest.skip(f"needs: Apache Kafka's jars ({missing})")
    lines, counts = (make_topic(partitions=PARTITIONS) for _ in range(2))
    application = Application(login, class_path, lines, counts, tmp_path)
    input_lines = flights()
    expected = Counter(word for line in input_lines for word in line.split())
    ends = Ends(login, counts)
    producer = Producer(login.librdkafka(), **{"linger.ms": 5})
    to_feed = iter(enumerate(input_lines))

    def feed(count: int) -> None:
        for _, (number, line) in zip(range(count), to_feed, strict=False):
            producer.produce(lines, line.encode(), partition=number % PARTITIONS)
            producer.poll(0)
        assert producer.flush(30) == 0

    with application.ends():
        first, second = application.start(), application.start()
        for each in (first, second):
            application.wait_until_running(each)
        feed(LINES // 2)
        ends.wait_for_commits()
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not killed_inside_a_transaction(first, ends):
            assert time.monotonic() < deadline, application.said(first)
            feed(300)
        third = application.start()
        feed(LINES)
        total = sum(expected.values())
        committed = read(login, counts, "read_committed", total)
        for each in (second, third):
            each.terminate()
        for each in (second, third):
            assert each.wait(30) in (0, 128 + signal.SIGTERM, -signal.SIGTERM)
    steps: dict[str, list[int]] = {}
    for word, count in committed:
        steps.setdefault(word, []).append(count)
    assert steps == {word: list(range(1, count + 1)) for word, count in expected.items()}
    assert len(read(login, counts, "read_uncommitted", total)) > total, "nothing was aborted"
    topics = AdminClient(login.librdkafka()).list_topics(timeout=20).topics
    assert {name for name in topics if name.startswith(application.id)} == {
        f"{application.id}-words-repartition",
        f"{application.id}-counts-changelog",
    }
