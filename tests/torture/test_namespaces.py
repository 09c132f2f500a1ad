"""Links between network namespaces: what passes, what is lost, what is left. Needs root."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from django.db import connection

from streaming.cell import ports
from streaming.cell.program import CHECKOUT
from tests.torture.ends_of_links import says
from tests.torture.network.links import POSTGRES, Link, both
from tests.torture.network.namespace_network import NamespaceNetwork
from tests.torture.network.namespaces.namespace import enter
from tests.torture.network.start import Starts
from tests.waiting import wait_until

WAIT_S = 20.0
"""Of the kernel's, which sends again ever later."""
SILENT_S = 0.3
HOME = Path("/proc/thread-self/ns/net")


@pytest.fixture(scope="module")
def possible() -> None:
    if os.geteuid() != 0:
        pytest.skip("needs: root to make network namespaces")
    if (reason := NamespaceNetwork.why_not()) is not None:
        pytest.skip(f"needs: the right to make network namespaces ({reason})")


class Between:
    """Two namespaces: this process opens sockets in each."""

    def __init__(self, network: NamespaceNetwork, starts: Starts, kafka_port: int) -> None:
        self.network = network
        self.starts = starts
        self.kafka_port = kafka_port
        self._home = os.open(HOME, os.O_RDONLY)

    def address(self, broker: str) -> str:
        return self.starts.brokers[broker].variables["HEADWATER_INTERNAL_HOST"]

    @contextmanager
    def inside(self, broker: str) -> Iterator[None]:
        namespace = self.starts.brokers[broker].namespace
        assert namespace is not None
        enter(namespace)
        try:
            yield
        finally:
            enter(f"/proc/self/fd/{self._home}")

    def listen(self, broker: str, port: int = 0) -> socket.socket:
        with self.inside(broker):
            server = socket.create_server((self.address(broker), port))
        server.settimeout(WAIT_S)
        return server

    def connect(self) -> tuple[socket.socket, socket.socket]:
        """The two ends of a connection from broker 2 to broker 1."""
        with self.listen("1") as server:
            with self.inside("2"):
                client = socket.create_connection(server.getsockname(), WAIT_S)
            served, _ = server.accept()
        served.settimeout(WAIT_S)
        return client, served

    def to_postgres(self, **more: str | int) -> psycopg.Connection:
        given = connection.get_connection_params()
        names = ("dbname", "user", "password")
        host, _, port = self.starts.brokers["1"].database.rpartition(":")
        with self.inside("1"):
            login = {name: given[name] for name in names}
            return psycopg.connect(host=host, port=port, **login, **more)


@pytest.fixture(scope="module")
def started(
    possible: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[NamespaceNetwork, Starts, int]]:
    folder = tmp_path_factory.mktemp("namespaces")
    database = {"database_port": int(connection.settings_dict["PORT"])}
    (folder / "instance.json").write_text(json.dumps(database))
    kafka_port = ports.free()
    with NamespaceNetwork(folder, folder, 2, kafka_port) as network:
        yield network, Starts.read(folder / "starts.json"), kafka_port


@pytest.fixture
def between(started: tuple[NamespaceNetwork, Starts, int]) -> Iterator[Between]:
    yield Between(*started)
    started[0].heal()


def test_what_is_not_cut_goes_through(between: Between) -> None:
    client, served = between.connect()
    between.network.cut(both("2", POSTGRES), resets=False)
    assert says(client, served, b"there", SILENT_S)
    assert says(served, client, b"back", SILENT_S)


def test_a_cut_one_way_loses_what_is_sent_until_it_is_healed(between: Between) -> None:
    client, served = between.connect()
    before = between.network.counts()["held"]
    between.network.cut([Link("2", "1")], resets=False)
    assert says(served, client, b"back", SILENT_S), "the other way is open"
    assert not says(client, served, b"there", SILENT_S)
    assert between.network.counts()["held"] > before
    between.network.heal()
    served.settimeout(WAIT_S)
    assert served.recv(100) == b"there", "TCP has sent it again"


def test_nothing_is_accepted_over_a_cut_link(between: Between) -> None:
    """Unlike by relays; whoever connects is not told why."""
    for link in both("1", "2"):
        between.network.cut([link], resets=False)
        with between.listen("1") as server, between.inside("2"), pytest.raises(TimeoutError):
            socket.create_connection(server.getsockname(), SILENT_S)
    between.network.heal()
    between.connect()


def test_a_cut_may_break_what_is_open(between: Between) -> None:
    client, served = between.connect()
    assert says(client, served, b"there", SILENT_S)
    between.network.cut([Link("1", "2")], resets=True)
    for end in (client, served):
        with pytest.raises(ConnectionError):
            end.recv(100)


def test_a_slow_link_is_slow_one_way(between: Between) -> None:
    client, served = between.connect()
    between.network.delay({Link("2", "1"): 2 * SILENT_S})
    assert not says(client, served, b"late", SILENT_S)
    served.settimeout(WAIT_S)
    assert served.recv(100) == b"late"
    large = os.urandom(100_000)
    between.network.delay(dict.fromkeys(both("1", "2"), 0.01))
    client.settimeout(WAIT_S)
    client.sendall(large)
    got = b""
    while len(got) < len(large):
        got += served.recv(1 << 20)
    assert got == large


def test_this_machine_reaches_a_broker_where_it_is_and_at_its_door(between: Between) -> None:
    between.network.cut([*both("1", "2"), *both("1", POSTGRES)], resets=False)
    with between.listen("1", between.kafka_port) as server:
        socket.create_connection(server.getsockname(), WAIT_S).close()
        wait_until(lambda: ports.answers("127.0.0.1", between.kafka_port), "an open door", WAIT_S)

    def is_shut() -> bool:
        return not ports.answers("127.0.0.1", between.kafka_port)

    wait_until(is_shut, "a shut door", WAIT_S)


def test_a_second_process_of_a_broker_is_where_the_first_is(between: Between) -> None:
    code = "import os; print(os.readlink('/proc/self/ns/net'), os.environ['HEADWATER_HOST'])"
    command, more = between.network.second(2, [sys.executable, "-c", code])
    (between.network._data_dir / "run").mkdir(exist_ok=True)
    environment = os.environ | {"HEADWATER_SECRET_KEY": "x" * 50} | more
    done = subprocess.run(
        command, cwd=CHECKOUT, env=environment, capture_output=True, text=True, check=True
    )
    with between.inside("2"):
        there = HOME.readlink()
    assert done.stdout.split() == [str(there), between.address("2")]
    assert there != HOME.readlink()


@pytest.mark.django_db
def test_postgresql_is_reached_and_lost_and_a_commit_struck(between: Between) -> None:
    before = between.network.counts()
    with between.to_postgres() as session:
        session.execute("SELECT pg_current_xact_id()")
        between.network.cut_commits("before", 1)
        with pytest.raises(psycopg.OperationalError):
            session.commit()
    between.network.cut([Link(POSTGRES, "1")], resets=False)
    with pytest.raises(psycopg.OperationalError):
        between.to_postgres(connect_timeout=2)
    after = between.network.counts()
    assert after["commits"] == before["commits"] + 1
    assert after["held"] > before["held"]


@pytest.mark.usefixtures("possible")
def test_several_at_once_and_nothing_is_left(tmp_path: Path) -> None:
    def devices() -> set[str]:
        return {name for _, name in socket.if_nameindex() if name.startswith("hw-torture-")}

    before, networks = devices(), []
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        networks.append(NamespaceNetwork(tmp_path / name, tmp_path, 2, 20_000))
    with networks[0], networks[1]:
        assert len(devices() - before) == 2
    wait_until(lambda: not devices() - before, "the end of the devices", WAIT_S)
