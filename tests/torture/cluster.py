"""The service under torture: started as people start it, known down to its processes."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import Any, ClassVar, Final

import psutil
from confluent_kafka import Consumer, KafkaException
from confluent_kafka.admin import AdminClient, NewTopic

from brokers.wire.messages.find_coordinator_request import FindCoordinatorRequest
from brokers.wire.registry import ApiKey
from streaming.cell.program import CHECKOUT, EXEC_CHILD
from streaming.cell.status import document
from tests.node.raw_client import RawClient
from tests.service import ServiceUnderTest
from tests.torture.clients.groups import (
    GROUPS,
    HEARTBEAT_MS,
    SESSION_MS,
    Group,
    committed,
    consumer_of,
)
from tests.torture.clients.task import Login, name_of
from tests.torture.layout import TOPIC_CONFIGS, TOPICS, Place, places
from tests.torture.network.choice import NETWORKS
from tests.torture.network.network import Network, Way
from tests.torture.power_disk import PowerDisk
from tests.torture.small_disk import SmallDisk

TENANT: Final = "torture"
CREATED_WITHIN_S: Final = 60.0
STOPPED_WITHIN_S: Final = 60.0
METADATA_S: Final = 4.0


class CoordinatorKind(IntEnum):
    """FindCoordinator's key types."""

    GROUP = 0
    TRANSACTION = 1


@dataclass(frozen=True, slots=True)
class Broker:
    """``pid`` is the Celery worker's, None while it does not run."""

    id: int
    pid: int | None
    volume: Path


@dataclass(frozen=True, slots=True)
class Replicas:
    """One partition as Metadata tells it; ``leader`` is None while it has none."""

    leader: int | None
    replicas: tuple[int, ...]
    isr: tuple[int, ...]

    @property
    def is_whole(self) -> bool:
        return self.leader is not None and set(self.isr) == set(self.replicas)


class _Service(ServiceUnderTest):
    """One whose ``up`` cannot outlive the process that tortures it, however that ends."""

    network: Network | None = None
    settings: ClassVar[dict[str, str]] = {
        "HEADWATER_GROUP_CONSUMER_SESSION_TIMEOUT_MS": str(SESSION_MS),
        "HEADWATER_GROUP_CONSUMER_HEARTBEAT_INTERVAL_MS": str(HEARTBEAT_MS),
    }

    @property
    def kafka_port(self) -> int:
        return int(self.arguments[self.arguments.index("--kafka-port") + 1])

    def command(self, command: str, *arguments: str) -> list[str]:
        plain = super().command(command, *arguments)
        if command != "up":
            return plain
        if self.network is not None:
            plain = self.network.up(["--data-dir", str(self.data_dir), *arguments])
        return [sys.executable, "-I", "-S", str(EXEC_CHILD), "--die-with", "SIGTERM", "--", *plain]


class Cluster:
    """A context manager: a service with a tenant, a key and the topics of ``layout``.

    Nothing it started is left when it is left, however that comes about.
    """

    def __init__(
        self,
        folder: Path,
        brokers: int,
        disks: Sequence[SmallDisk | PowerDisk] = (),
        *,
        links: Way | None = None,
        connect_workers: int = 1,
    ) -> None:
        """``links``: by what they can be cut; None when they cannot."""
        workers = ("--connect-workers", str(connect_workers))
        self._service = _Service(folder, *workers, brokers=brokers, cwd=CHECKOUT)
        self.network: Network | None = None
        if links is not None:
            make = NETWORKS[links]
            self.network = make(folder, self.data_dir, brokers, self._service.kafka_port)
            self._service.network = self.network
        self._disks = disks
        self._undo = ExitStack()
        self._pictures: dict[Place, Replicas] = {}
        self._topic_ids: dict[int, str] = {}
        self.login: Login
        self.admin: AdminClient
        self._asking: dict[str, Consumer] = {}
        """By group, of which they are no members."""

    @property
    def data_dir(self) -> Path:
        return self._service.data_dir

    def __enter__(self) -> "Cluster":
        with ExitStack() as undo:
            for disk in self._disks:
                undo.enter_context(disk)
            if self.network is not None:
                undo.enter_context(self.network)
            self._service.start()
            undo.callback(self._kill)
            self.login = self.make_tenant(TENANT)
            self.admin = AdminClient(self.login.librdkafka())
            self._asking = {name: consumer_of(self.login, group) for name, group in GROUPS.items()}
            self._make_topics()
            self._undo = undo.pop_all()
        return self

    def __exit__(self, *_error: object) -> None:
        self._undo.close()

    def stop(self) -> str | None:
        """Ctrl-C; what is wrong with how it ended, if anything. Volumes stay until the exit."""
        process = self._service.process
        assert process is not None
        pids = self._service.pids()
        process.send_signal(signal.SIGINT)
        try:
            code = process.wait(STOPPED_WITHIN_S)
        except subprocess.TimeoutExpired:
            return f"the service did not stop within {STOPPED_WITHIN_S:.0f} s of Ctrl-C"
        self._service.process = None
        left = [pid for pid in pids if _runs(pid)]
        for pid in left:
            os.kill(pid, signal.SIGKILL)
        if left:
            return f"processes {left} were left running by an orderly stop"
        return None if code == 0 else f"the service ended with code {code}"

    def _kill(self) -> None:
        pids = self._service.pids() if self._service.process is not None else []
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)
        with contextlib.suppress(AssertionError):
            self._service.kill()
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def run(self, command: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command as the operator does."""
        return self._service.run(command, *arguments)

    # What it is made of.

    def brokers(self) -> list[Broker]:
        return [
            Broker(each["id"], each["pid"], Path(each["volume"]))
            for each in document(self.data_dir)["brokers"]
        ]

    def broker(self, number: int) -> Broker:
        return next(each for each in self.brokers() if each.id == number)

    def volume(self, number: int) -> Path:
        """A broker's volume, also when nothing runs."""
        return self.data_dir / "volumes" / str(number)

    def store(self, name: str) -> int | None:
        """The process id of ``postgres`` or ``valkey``."""
        found = {each["name"]: each["pid"] for each in document(self.data_dir)["processes"]}
        pid: int | None = found.get(name)
        return pid

    def folder_of(self, place: Place) -> str:
        """The name of a partition's folder on every volume that has it."""
        return f"{self._topic_ids[place.topic]}-{place.partition}"

    def live(self) -> set[int]:
        """The brokers that Metadata offers to clients now; none when nobody answers."""
        with contextlib.suppress(KafkaException):
            return set(self.admin.list_topics(timeout=METADATA_S).brokers)
        return set()

    def committed(self, group: Group) -> dict[Place, int]:
        """What a group has committed in what it reads, 0 where nothing; empty when nobody says."""
        with contextlib.suppress(KafkaException):
            return committed(self._asking[group.name], group.places)
        return {}

    def coordinator_of(self, kind: CoordinatorKind, name: str) -> int | None:
        """The broker that coordinates a group or a transactional id; None when nobody says."""
        for address in self.login.bootstrap_servers.split(","):
            with contextlib.suppress(OSError, EOFError):
                with RawClient(int(address.rpartition(":")[2])) as connection:
                    connection.socket.settimeout(METADATA_S)
                    connection.log_in(self.login.pair)
                    asked = FindCoordinatorRequest(key_type=kind, coordinator_keys=[name])
                    (row,) = connection.ask(ApiKey.FIND_COORDINATOR, 4, asked).coordinators
                if not row.error_code:
                    return int(row.node_id)
        return None

    def partitions(self) -> dict[Place, Replicas]:
        """What Metadata says now; what it said last when no broker answers."""
        with contextlib.suppress(KafkaException):
            self._pictures |= _told(self.admin)
        return dict(self._pictures)

    # Making it.

    def add_tenant(self, name: str) -> Login:
        """Another tenant that has topics of the same names. Raises ``TimeoutError``."""
        login = self.make_tenant(name)
        admin = AdminClient(login.librdkafka())
        _create_topics(admin)
        _wait_until_whole(lambda: _told(admin))
        return login

    def make_tenant(self, name: str) -> Login:
        """A tenant without topics."""
        self._json("tenants", "--create", "--tenant", name)
        key = self._json("keys", "--create", "--tenant", name)
        return Login.of(document(self.data_dir), key)

    def _make_topics(self) -> None:
        _create_topics(self.admin)
        _wait_until_whole(self.partitions)
        told = self._json("topics", "--list", "--tenant", TENANT)["topics"]
        ids = {topic["topic"]: topic["topic_id"] for topic in told}
        self._topic_ids = {number: ids[plan.name] for number, plan in enumerate(TOPICS)}

    def _json(self, command: str, *arguments: str) -> dict[str, Any]:
        done = self._service.run(command, *arguments, "--json")
        if done.returncode != 0:
            raise RuntimeError(f"{command} failed: {done.stdout}{done.stderr}")
        found: dict[str, Any] = json.loads(done.stdout)
        return found


def _create_topics(admin: AdminClient) -> None:
    """As many replicas as the service gives by itself."""
    new = [
        NewTopic(plan.name, num_partitions=plan.partitions, config=TOPIC_CONFIGS) for plan in TOPICS
    ]
    for created in admin.create_topics(new).values():
        created.result(CREATED_WITHIN_S)


def _wait_until_whole(partitions: Callable[[], dict[Place, Replicas]]) -> None:
    deadline = time.monotonic() + CREATED_WITHIN_S
    found: dict[Place, Replicas] = {}
    while True:
        with contextlib.suppress(KafkaException):
            found = partitions()
        if len(found) == len(places()) and all(each.is_whole for each in found.values()):
            return
        if time.monotonic() > deadline:
            raise TimeoutError(f"new topics have no leaders: {found}")
        time.sleep(0.1)


def _told(admin: AdminClient) -> dict[Place, Replicas]:
    """The partitions that Metadata tells of. Raises ``KafkaException``."""
    found = admin.list_topics(timeout=METADATA_S).topics
    return {
        place: Replicas(
            told.leader if told.leader >= 0 else None,
            tuple(sorted(told.replicas)),
            tuple(sorted(told.isrs)),
        )
        for place in places()
        if (topic := found.get(name_of(place)[0])) is not None
        and (told := topic.partitions.get(place.partition)) is not None
    }


def _runs(pid: int) -> bool:
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False
