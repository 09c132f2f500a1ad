"""From a connector's creation to its first record: ``./headwater bench --first-record``.

A whole service with three brokers, a PostgreSQL and a SeaweedFS beside it. The clock runs from
before ``POST /connect/connectors`` until what the connector is for is there: a source's first
record with a consumer, a sink's in its target. Connectors come one after the other, and each finds
the machine as the one before it left it: its tasks have ended. A source makes its topic, a sink
finds a topic with records in it.
"""

import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx
import obstore
import psutil
import psycopg
from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic
from obstore.store import S3Store

from bench.peer import wait_for
from bench.report import Results, write_documents
from streaming.cell.postgres import SUPERUSER
from tests.connect.objects.seaweed import KEY, SECRET, seaweed
from tests.service import ServiceUnderTest
from tests.torture.measure.connectors import PASSWORD, Target, running_target

AIM_S: Final = 3.0
BROKERS: Final = 3
BUCKET: Final = "first"
RECORD: Final = b'{"id":1,"text":"first"}'
ENVELOPE: Final = json.dumps({
    "schema": {"type": "struct", "optional": False, "fields": [
        {"field": "id", "type": "int64", "optional": False},
        {"field": "text", "type": "string", "optional": True},
    ]},
    "payload": {"id": 1, "text": "first"},
}).encode()  # fmt: skip
"""As ``RECORD``, for a sink that wants to know what columns are."""
LOOK_S: Final = 0.02
PATIENCE_S: Final = 60.0


@dataclass(frozen=True, slots=True)
class Bench:
    """What connectors are made beside."""

    service: ServiceUnderTest
    http: httpx.Client
    kafka: Mapping[str, str]
    database: Target
    store_url: str
    files: Path


@dataclass(frozen=True, slots=True)
class Trial:
    """One connector: what it is told, and whether its first record is there."""

    config: Mapping[str, str]
    arrived: Callable[[], bool]


def main(out: Path, rounds: int) -> int:
    """Measure, print as it goes, and write ``out``."""
    results = Results.for_this_machine(rounds, 1.0)
    load = os.getloadavg()[0]
    times: dict[str, list[float]] = {kind: [] for kind in TRIALS}
    with (
        tempfile.TemporaryDirectory(prefix="headwater-bench-") as folder,
        _bench(Path(folder)) as bench,
    ):
        # Round -1 is not counted: what is imported first is read from the disk.
        for number in range(-1, rounds):
            for kind, prepare in TRIALS.items():
                name = f"{kind}-{number + 1}"
                seconds = _measured(bench, name, prepare(bench, name))
                print(f"round {number}  {kind}: {seconds:.2f} s", file=sys.stderr, flush=True)
                if number >= 0:
                    times[kind].append(seconds)
    _write(out, results, load, times)
    return 0


def _measured(bench: Bench, name: str, trial: Trial) -> float:
    """Seconds. Raises ``TimeoutError`` for a first record that does not come."""
    begun = time.monotonic()
    told = {"name": name, "config": {"tasks.max": "1", **trial.config}}
    bench.http.post("/connect/connectors", json=told).raise_for_status()
    while not trial.arrived():
        if time.monotonic() - begun > PATIENCE_S:
            found = bench.http.get(f"/connect/connectors/{name}/status").text
            raise TimeoutError(f"{name} has no record after {PATIENCE_S:.0f} s: {found}")
        time.sleep(LOOK_S)
    seconds = time.monotonic() - begun
    bench.http.delete(f"/connect/connectors/{name}").raise_for_status()
    wait_for(lambda: not _tasks(bench.service), "the task to end", PATIENCE_S)
    return seconds


def _tasks(service: ServiceUnderTest) -> list[int]:
    """Processes of connectors."""
    found = []
    for pid in service.pids():
        try:
            if "connect.task" in psutil.Process(pid).cmdline():
                found.append(pid)
        except psutil.NoSuchProcess:
            continue
    return found


# Sources.


def _generator(bench: Bench, name: str) -> Trial:
    config = {"connector.class": "data-generator", "topic": name, "rate.per.second": "100"}
    return Trial(config, _in_topic(bench, name))


def _jdbc_source(bench: Bench, name: str) -> Trial:
    config = {
        "connector.class": "jdbc-source", **_database(bench), "topic.prefix": f"{name}-",
        "mode": "incrementing", "incrementing.column.name": "id", "table.include.list": "first",
    }  # fmt: skip
    return Trial(config, _in_topic(bench, f"{name}-first"))


def _in_topic(bench: Bench, topic: str) -> Callable[[], bool]:
    """A consumer that is made as soon as there is such a topic: one that waits for a topic looks
    for it once a second."""
    admin = AdminClient(dict(bench.kafka))
    consumer: Consumer | None = None

    def arrived() -> bool:
        nonlocal consumer
        if consumer is None:
            found = admin.list_topics(timeout=PATIENCE_S).topics.get(topic)
            if found is None or not found.partitions:
                return False
            consumer = Consumer({**bench.kafka, "group.id": "first", "fetch.wait.max.ms": "50"})
            consumer.assign([TopicPartition(topic, each, 0) for each in found.partitions])
        message = consumer.poll(LOOK_S)
        if message is None or message.error() is not None:
            return False
        consumer.close()
        return True

    return arrived


# Sinks.


def _file_sink(bench: Bench, name: str) -> Trial:
    _produce(bench, name, RECORD)
    config = {"connector.class": "file-sink", "topics": name, "file": name, **_plain()}

    def arrived() -> bool:
        return any(each.stat().st_size > len(RECORD) for each in bench.files.rglob(name))

    return Trial(config, arrived)


def _s3_sink(bench: Bench, name: str) -> Trial:
    _produce(bench, name, RECORD)
    config = {
        "connector.class": "s3-sink", "topics": name, "s3.bucket.name": BUCKET, "flush.size": "1",
        "store.url": bench.store_url, "aws.access.key.id": KEY, "aws.secret.access.key": SECRET,
        "topics.dir": name, **_plain(),
    }  # fmt: skip
    store = S3Store(
        BUCKET, endpoint=bench.store_url, region="us-east-1", access_key_id=KEY,
        secret_access_key=SECRET, virtual_hosted_style_request=False,
        client_options={"allow_http": True},
    )  # fmt: skip
    return Trial(config, lambda: any(len(page) > 0 for page in obstore.list(store, name)))


def _jdbc_sink(bench: Bench, name: str) -> Trial:
    _produce(bench, name, ENVELOPE)
    table = name.replace("-", "_")
    config = {
        "connector.class": "jdbc-sink", "topics": name, **_database(bench),
        "insert.mode": "upsert", "pk.mode": "record_value", "pk.fields": "id",
        "auto.create": "true", "table.name.format": table,
        "key.converter": "string", "value.converter": "json",
    }  # fmt: skip

    def arrived() -> bool:
        with psycopg.connect(bench.database.url, autocommit=True) as connection:
            there = connection.execute("SELECT to_regclass(%s)", [table]).fetchone()
            if there is None or there[0] is None:
                return False
            return connection.execute(f"SELECT 1 FROM {table}").fetchone() is not None

    return Trial(config, arrived)


def _database(bench: Bench) -> dict[str, str]:
    return {
        "connection.url": f"jdbc:postgresql://127.0.0.1:{bench.database.postgres.port}/postgres",
        "connection.user": SUPERUSER,
        "connection.password": PASSWORD,
    }


def _plain() -> dict[str, str]:
    return {
        "key.converter": "string", "value.converter": "json",
        "value.converter.schemas.enable": "false",
    }  # fmt: skip


def _produce(bench: Bench, topic: str, value: bytes) -> None:
    admin = AdminClient(dict(bench.kafka))
    admin.create_topics([NewTopic(topic, num_partitions=1)])[topic].result(30)
    producer = Producer({**bench.kafka, "acks": "all"})
    producer.produce(topic, value)
    if producer.flush(30):
        raise TimeoutError(f"topic {topic} takes no record")


TRIALS: Final[Mapping[str, Callable[[Bench, str], Trial]]] = {
    "data-generator": _generator,
    "jdbc-source": _jdbc_source,
    "file-sink": _file_sink,
    "s3-sink": _s3_sink,
    "jdbc-sink": _jdbc_sink,
}


# The service and what is beside it.


@contextmanager
def _bench(folder: Path) -> Iterator[Bench]:
    files, weed = folder / "files", folder / "weed"
    files.mkdir()
    weed.mkdir()
    # Tasks may run as an account of their own, and find their files all the same.
    folder.chmod(0o755)

    class Measured(ServiceUnderTest):
        settings = {  # noqa: RUF012 - as the class that it is one of has it
            "HEADWATER_CONNECT_ALLOW": "127.0.0.0/8",
            "HEADWATER_CONNECT_FILES": str(files),
        }

    with ExitStack() as undo:
        store_url = undo.enter_context(seaweed(weed, BUCKET))
        database = undo.enter_context(running_target(folder / "target"))
        with psycopg.connect(database.url, autocommit=True) as connection:
            connection.execute("CREATE TABLE first (id bigserial PRIMARY KEY, text text)")
            connection.execute("INSERT INTO first (text) VALUES ('first')")
        service = undo.enter_context(Measured(folder, brokers=BROKERS))
        login = service.add_tenant("bench")
        http = undo.enter_context(
            httpx.Client(base_url=service.status["http_url"], auth=login.pair, timeout=PATIENCE_S)
        )
        yield Bench(service, http, login.librdkafka(), database, store_url, files)


def _write(out: Path, results: Results, load: float, times: Mapping[str, list[float]]) -> None:
    raw: dict[str, Any] = {
        **results.about,
        "load_average_before": round(load, 1),
        "seconds": {kind: [round(each, 3) for each in found] for kind, found in times.items()},
    }
    lines = [
        *results.heading("From a connector's creation to its first record", "--first-record"),
        f"- machine: {results.machine}; {BROKERS} brokers, web process, worker, the sinks' targets "
        f"and the client share it; load average before: {load:.1f}",
        "- from before `POST /connect/connectors` until a consumer has a source's first record, or "
        f"a sink's is in its target; {results.rounds} of each, one after the other",
        f"- aim: at most {AIM_S:g} s",
        "",
        "| connector | median, s | worst, s |",
        "| --- | ---: | ---: |",
        *(
            f"| {kind} | {statistics.median(found):.2f} | {max(found):.2f} |"
            for kind, found in times.items()
        ),
    ]
    write_documents(out, raw, lines)
