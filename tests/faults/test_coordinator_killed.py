"""Kill -9 of a group's coordinator, again and again, while the group rebalances and commits."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient

from tests.service import ServiceUnderTest
from tests.waiting import wait_until

PARTITIONS = 6
RECORDS = 600
KILLS = 3


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceUnderTest]:
    with ServiceUnderTest(tmp_path_factory.mktemp("coordinator")) as running:
        yield running


@pytest.fixture(scope="module")
def client(service: ServiceUnderTest) -> dict[str, Any]:
    return service.add_tenant("groups").librdkafka(log_level=0)


class Members:
    """Consumers of one group, each on a thread; commits after every few records, and joins anew
    every so often, so that kills fall into rebalances too."""

    def __init__(self, client: dict[str, Any], topic: str, group: str, count: int) -> None:
        self._client, self._topic, self._group = client, topic, group
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self.committed: dict[int, int] = {}
        """The highest offset per partition whose commit was acknowledged."""
        self.read: set[tuple[int, int]] = set()
        self._threads = [threading.Thread(target=self._run, args=(n,)) for n in range(count)]

    def __enter__(self) -> "Members":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(60)

    def _run(self, number: int) -> None:
        while not self._stop.is_set():
            consumer = Consumer(
                {
                    **self._client,
                    "group.id": self._group,
                    "auto.offset.reset": "earliest",
                    "enable.auto.commit": False,
                    "session.timeout.ms": 6000,
                    "heartbeat.interval.ms": 300,
                }
            )
            consumer.subscribe([self._topic])
            leaves = time.monotonic() + 4 + number * 3
            while not self._stop.is_set() and time.monotonic() < leaves:
                self._read_and_commit(consumer)
            consumer.close()

    def _read_and_commit(self, consumer: Consumer) -> None:
        messages = [each for each in consumer.consume(20, 0.2) if each.error() is None]
        if not messages:
            return
        with self._lock:
            self.read |= {(each.partition(), each.offset()) for each in messages}
        last = {each.partition(): each.offset() + 1 for each in messages}
        wanted = [TopicPartition(self._topic, index, offset) for index, offset in last.items()]
        try:
            done = consumer.commit(offsets=wanted, asynchronous=False)
        except KafkaException:
            return  # Not acknowledged: it may count or not.
        with self._lock:
            for each in done or []:
                if each.error is None:
                    known = self.committed.get(each.partition, 0)
                    self.committed[each.partition] = max(known, each.offset)


def coordinator_pid(service: ServiceUnderTest, client: dict[str, Any], group: str) -> int:
    admin = AdminClient(client)
    found = admin.describe_consumer_groups([group])[group].result(60)
    pid = service.pid(f"broker-{found.coordinator.id}")
    assert pid is not None
    return pid


def all_in_sync(admin: AdminClient, topic: str) -> bool:
    found = admin.list_topics(topic, timeout=60).topics[topic].partitions
    return all(len(each.isrs) == 3 for each in found.values())


def committed(client: dict[str, Any], topic: str, group: str) -> dict[int, int]:
    consumer = Consumer({**client, "group.id": group})
    asked = [TopicPartition(topic, index) for index in range(PARTITIONS)]
    found = consumer.committed(asked, timeout=30)
    consumer.close()
    return {each.partition: each.offset for each in found}


def test_no_acknowledged_commit_is_lost(service: ServiceUnderTest, client: dict[str, Any]) -> None:
    topic, group = "killed", "killed"
    service.asked(
        "topics", "--create", "--topic", topic, "--tenant", "groups",
        "--partitions", str(PARTITIONS),
    )  # fmt: skip
    admin = AdminClient(client)
    producer = Producer({**client, "acks": "all"})

    def produce(count: int) -> None:
        for n in range(count):
            producer.produce(topic, b"%d" % n, partition=n % PARTITIONS)
        assert producer.flush(60) == 0

    produce(RECORDS)
    with Members(client, topic, group, 3) as members:
        for kill in range(KILLS):
            wait_until(lambda: len(members.committed) == PARTITIONS, "commits in every partition")
            # With two of three away nothing is committed, by design.
            wait_until(lambda: all_in_sync(admin, topic), "every replica to be in sync")
            os.kill(coordinator_pid(service, client, group), signal.SIGKILL)
            produce(RECORDS)
            sent = RECORDS * (kill + 2)
            wait_until(lambda sent=sent: len(members.read) == sent, "everything to be read")
    kept = committed(client, topic, group)
    assert {index: max(0, members.committed[index] - at) for index, at in kept.items()} == (
        dict.fromkeys(range(PARTITIONS), 0)
    ), f"acknowledged {members.committed}, kept {kept}"
    each = RECORDS * (KILLS + 1) // PARTITIONS
    assert all(at <= each for at in kept.values()), "committed beyond what was ever read"
