"""Connectors that promise exactly-once, while everything about them is killed.

A table of a database becomes a topic (exactly-once source), and the topic both another table
(upserts) and objects. Tasks, their worker, brokers and the target database are killed in turn. At
the end each row has to be in the topic once, in the other table as it is, and in one object.
"""

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import obstore
import psutil
import psycopg
from confluent_kafka import Consumer, TopicPartition
from obstore.store import S3Store

from streaming.cell import ports
from streaming.cell.postgres import SUPERUSER, Postgres
from streaming.cell.program import Group, Program
from streaming.cell.status import document
from tests.connect.objects.seaweed import KEY, SECRET, seaweed
from tests.torture.cluster import Cluster
from tests.torture.measure.connect_rest import ConnectRest

ALLOW: Final = {"HEADWATER_CONNECT_ALLOW": "127.0.0.0/8"}
PASSWORD: Final = "target"
BUCKET: Final = "rows"
PARTITIONS: Final = 3
CHUNK_ROWS: Final = 2_000
PAUSE_S: Final = (2.0, 6.0)
"""Between two kills, at least and at most."""
VICTIM_S: Final = 60.0
"""Until there is something to kill: what was killed before is on its way back."""
SETTLE_S: Final = 900.0
OBJECTS_S: Final = 120.0
CREATE_ROWS: Final = "CREATE TABLE rows (id bigserial PRIMARY KEY, what text NOT NULL)"
DIFFERENT: Final = """
SELECT count(*) FROM rows FULL JOIN copied USING (id) WHERE rows.what IS DISTINCT FROM copied.what
"""


@dataclass
class Target:
    """The database that is read and written; it can be killed and comes again."""

    postgres: Postgres
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return self.postgres.url(SUPERUSER, PASSWORD, "postgres")

    def start(self) -> None:
        account = self.postgres.account
        program = Program(
            name="target", group=Group.STORES, command=tuple(self.postgres.command()),
            die_with="SIGINT", folder=self.postgres.folder,
            user=None if account is None else f"{account.uid}:{account.gid}",
        )  # fmt: skip
        self.process = subprocess.Popen(program.wrapped(), stdout=subprocess.DEVNULL)
        _until(lambda: self.postgres.ready(PASSWORD), "the target to start", 60)

    def kill(self) -> None:
        """All its processes at once, and then it comes again."""
        assert self.process is not None
        family = psutil.Process(self.process.pid).children(recursive=True)
        for each in family:
            with suppress(psutil.NoSuchProcess):
                each.kill()
        self.process.kill()
        self.process.wait()
        psutil.wait_procs(family, timeout=10)
        (self.postgres.folder / "postmaster.pid").unlink(missing_ok=True)
        self.start()

    def ask(self, query: str) -> Any:
        with psycopg.connect(self.url, autocommit=True, connect_timeout=5) as connection:
            found = connection.execute(query).fetchone()
            return None if found is None else found[0]


@dataclass
class Feeder:
    """Adds rows until there are enough, through whatever happens to the database."""

    target: Target
    rows: int
    seconds: float
    written: int = 0
    _stop: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        begun = time.monotonic()
        while self.written < self.rows and not self._stop.is_set():
            due = self.rows * min(1.0, (time.monotonic() - begun) / self.seconds)
            if self.written >= due:
                time.sleep(0.05)
                continue
            with suppress(psycopg.Error):
                self._write()

    def stop(self) -> None:
        self._stop.set()

    def _write(self) -> None:
        # What there is is counted, and not what was sent: a commit may be answered by a crash.
        with psycopg.connect(self.target.url, connect_timeout=5) as connection:
            connection.execute(
                "INSERT INTO rows (what) SELECT md5(random()::text) FROM generate_series(1, %s)",
                [min(CHUNK_ROWS, self.rows - self.written)],
            )
            connection.commit()
            found = connection.execute("SELECT count(*) FROM rows").fetchone()
            assert found is not None
            self.written = found[0]


def measure(cluster: Cluster, folder: Path, *, kills: int, seed: int, rows: int) -> dict[str, Any]:
    """``kills`` in all, drawn by ``seed``, while ``rows`` are added."""
    with ExitStack() as undo:
        store_url = undo.enter_context(seaweed(_made(folder / "objects"), BUCKET))
        target = undo.enter_context(running_target(folder / "target"))
        with psycopg.connect(target.url, autocommit=True) as connection:
            connection.execute(CREATE_ROWS)
        rest = ConnectRest.of(cluster)
        _create(rest, target, store_url)
        _until(rest.all_run, "the connectors to run", 60)
        feeder = Feeder(target, rows, kills * max(PAUSE_S))
        thread = threading.Thread(target=feeder.run, daemon=True)
        undo.callback(feeder.stop)
        thread.start()
        begun = time.monotonic()
        killed = _strike(cluster, target, random.Random(seed), kills)
        thread.join(SETTLE_S)
        struck = time.monotonic()
        copied = _settled(target, feeder.written)
        settled = time.monotonic()
        # Whether they came or not, what is there is judged.
        _comes(lambda: _stored(store_url)[0] >= feeder.written, OBJECTS_S)
        return {
            "rows": feeder.written,
            "killed": dict(killed),
            "seconds_of_kills": round(struck - begun),
            "seconds_to_settle": round(settled - struck),
            **_judged(cluster, target, store_url, feeder.written, copied),
            "connectors": rest.states(),
        }


def _judged(
    cluster: Cluster, target: Target, store_url: str, rows: int, copied: int
) -> dict[str, Any]:
    in_topic = _in_topic(cluster)
    stored, stored_once = _stored(store_url)
    different = target.ask(DIFFERENT)
    found = {
        "copied": copied,
        "different": different,
        "in_topic": sum(in_topic.values()),
        "in_topic_once": sum(1 for count in in_topic.values() if count == 1),
        "stored": stored,
        "stored_once": stored_once,
    }
    exact = {**dict.fromkeys(found, rows), "different": 0}
    return {**found, "verdict": "good" if found == exact else "bad"}


def _strike(cluster: Cluster, target: Target, draw: random.Random, kills: int) -> Counter[str]:
    killed: Counter[str] = Counter()
    for number in range(kills):
        time.sleep(draw.uniform(*PAUSE_S))
        what = draw.choices(("task", "worker", "broker", "target"), (6, 2, 2, 1))[0]
        done = {
            "task": lambda: _kill(draw, lambda: _tasks(cluster)),
            "worker": lambda: _kill(draw, lambda: _workers(cluster)),
            "broker": lambda: _kill(draw, lambda: _brokers(cluster)),
            "target": lambda: target.kill() is None,
        }[what]()
        killed[what if done else f"{what} not now"] += 1
        print(f"{number + 1}: {what}", file=sys.stderr, flush=True)
    return killed


def _kill(draw: random.Random, running: Callable[[], list[int]]) -> bool:
    """One of what runs, as soon as something does; whether one died by this."""
    deadline = time.monotonic() + VICTIM_S
    while time.monotonic() < deadline:
        if pids := running():
            with suppress(ProcessLookupError):
                os.kill(draw.choice(pids), signal.SIGKILL)
                return True
        time.sleep(0.1)
    return False


def _brokers(cluster: Cluster) -> list[int]:
    return [each.pid for each in cluster.brokers() if each.pid]


def _workers(cluster: Cluster) -> list[int]:
    running = document(cluster.data_dir)["processes"]
    return [each["pid"] for each in running if each["name"].startswith("connect-") and each["pid"]]


def _tasks(cluster: Cluster) -> list[int]:
    found = []
    for pid in _workers(cluster):
        with suppress(psutil.NoSuchProcess):
            for child in psutil.Process(pid).children(recursive=True):
                if "connect.task" in child.cmdline():
                    found.append(child.pid)
    return found


def _settled(target: Target, rows: int) -> int:
    """How many rows the copy has once it has all, or when the time is over."""
    copied = 0
    deadline = time.monotonic() + SETTLE_S
    while time.monotonic() < deadline and copied < rows:
        time.sleep(1)
        with suppress(psycopg.Error):
            copied = target.ask("SELECT count(*) FROM copied")
    return copied


def _in_topic(cluster: Cluster) -> Counter[int]:
    """How often each row is there, for readers of what was committed."""
    settings = {"group.id": "judge", "isolation.level": "read_committed",
                "enable.partition.eof": "true", "enable.auto.commit": "false"}  # fmt: skip
    consumer = Consumer(cluster.login.librdkafka(**settings))
    consumer.assign([TopicPartition("db-rows", each, 0) for each in range(PARTITIONS)])
    found: Counter[int] = Counter()
    ended: set[int] = set()
    while len(ended) < PARTITIONS:
        for message in consumer.consume(5_000, 5.0):
            if message.error() is not None:
                ended.add(message.partition())
                continue
            found[json.loads(message.value())["payload"]["id"]] += 1
    consumer.close()
    return found


def _stored(url: str) -> tuple[int, int]:
    """Rows in all objects, and how many of them are there once."""
    store = S3Store(
        BUCKET, endpoint=url, region="us-east-1", access_key_id=KEY, secret_access_key=SECRET,
        virtual_hosted_style_request=False, client_options={"allow_http": True},
    )  # fmt: skip
    found: Counter[int] = Counter()
    for page in obstore.list(store):
        for each in page:
            data = bytes(obstore.get(store, each["path"]).bytes())
            found.update(json.loads(line)["id"] for line in data.splitlines())
    return sum(found.values()), sum(1 for count in found.values() if count == 1)


def _create(rest: ConnectRest, target: Target, store_url: str) -> None:
    database = {
        "connection.url": f"jdbc:postgresql://127.0.0.1:{target.postgres.port}/postgres",
        "connection.user": SUPERUSER,
        "connection.password": PASSWORD,
    }
    source = {
        "connector.class": "jdbc-source", "mode": "incrementing", "table.include.list": "rows",
        "incrementing.column.name": "id", "topic.prefix": "db-", "poll.interval.ms": "200",
        "exactly.once.support": "required",
        "topic.creation.default.partitions": str(PARTITIONS),
        "topic.creation.default.replication.factor": "3",
    }  # fmt: skip
    sink = {
        "connector.class": "jdbc-sink", "topics": "db-rows", "tasks.max": "2",
        "insert.mode": "upsert", "pk.mode": "record_value", "pk.fields": "id",
        "auto.create": "true", "table.name.format": "copied",
    }  # fmt: skip
    objects = {
        "connector.class": "s3-sink", "topics": "db-rows", "tasks.max": "2",
        "s3.bucket.name": BUCKET, "store.url": store_url, "aws.access.key.id": KEY,
        "aws.secret.access.key": SECRET, "flush.size": "5000",
        "rotate.schedule.interval.ms": "15000",
    }  # fmt: skip
    for name, config in (
        ("rows", {**source, **database}), ("copy", {**sink, **database}), ("objects", objects)
    ):  # fmt: skip
        rest.ask(body={"name": name, "config": config})


@contextmanager
def running_target(folder: Path) -> Iterator[Target]:
    folder.parent.mkdir(parents=True, exist_ok=True)
    port = next(each for each in range(28_000, 29_000) if not ports.taken("127.0.0.1", each))
    postgres = Postgres.find(folder, port)
    postgres.create(PASSWORD)
    target = Target(postgres)
    target.start()
    try:
        yield target
    finally:
        assert target.process is not None
        target.process.send_signal(signal.SIGINT)
        target.process.wait(30)


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True)
    return folder


def _until(holds: Callable[[], object], what: str, seconds: float) -> None:
    if not _comes(holds, seconds):
        raise RuntimeError(f"waited {seconds:.0f} s for {what}")


def _comes(holds: Callable[[], object], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.5)
    return True
