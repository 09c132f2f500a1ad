"""The relays: what they let through, hold and break, between real sockets and at a real COMMIT."""

import json
import os
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
import pytest
from django.db import connection

from streaming.cell import ports
from streaming.cell.defaults import INTERNAL_PORT_OFFSET
from tests.torture.ends_of_links import says
from tests.torture.network import processes
from tests.torture.network.choice import LinksImpossible, way
from tests.torture.network.commits import COMMIT, Scanner, When
from tests.torture.network.links import POSTGRES, Link, both
from tests.torture.network.namespace_network import NamespaceNetwork
from tests.torture.network.plan import Plan
from tests.torture.network.relay_network import RelayNetwork
from tests.waiting import wait_until

WAIT_S = 5.0
SILENT_S = 0.2


class Between:
    """Relays for two brokers. This process says that it is broker 2, and listens as broker 1."""

    def __init__(self, network: RelayNetwork, plan: Plan) -> None:
        self.network = network
        self.plan = plan
        self.server: socket.socket
        self.listen()

    def listen(self) -> None:
        self.server = socket.create_server(("127.0.0.1", self.plan.internal_ports["1"]))
        self.server.settimeout(WAIT_S)

    def address(self) -> tuple[str, int]:
        return self.plan.host, self.plan.internal_ports["1"]

    def is_let_in(self) -> bool:
        """Whether the relay knows that somebody listens."""
        with suppress(ConnectionRefusedError):
            client, served = self.connect()
            client.close()
            served.close()
            return True
        return False

    def connect(self) -> tuple[socket.socket, socket.socket]:
        """The two ends of a connection from broker 2 to broker 1."""
        client = socket.create_connection(self.address(), WAIT_S)
        words = os.urandom(8)
        client.sendall(words)
        while True:
            # The relay makes connections of its own, to see whether anybody listens.
            served, _ = self.server.accept()
            served.settimeout(WAIT_S)
            if served.recv(8) == words:
                break
            served.close()
        return client, served


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[RelayNetwork, Plan]]:
    folder = tmp_path_factory.mktemp("network")
    (folder / "run").mkdir()
    database = {"database_port": int(connection.settings_dict["PORT"])}
    (folder / "instance.json").write_text(json.dumps(database))
    with RelayNetwork(folder, folder, 2, ports.free() - INTERNAL_PORT_OFFSET) as network:
        plan = Plan.read(folder / "network.json")
        processes.note(folder, "2", os.getpid())
        yield network, plan


@pytest.fixture
def between(network: tuple[RelayNetwork, Plan]) -> Iterator[Between]:
    between = Between(*network)
    wait_until(between.is_let_in, "a way in", WAIT_S)
    yield between
    network[0].heal()
    between.server.close()


def test_what_is_not_cut_goes_through(between: Between) -> None:
    client, served = between.connect()
    between.network.cut(both("2", "3"), resets=False)
    assert says(client, served, b"there", SILENT_S)
    assert says(served, client, b"back", SILENT_S)


def test_a_cut_holds_one_way_and_goes_on_when_it_is_healed(between: Between) -> None:
    client, served = between.connect()
    before = between.network.counts()["held"]
    between.network.cut([Link("2", "1")], resets=False)
    assert says(served, client, b"back", SILENT_S)
    assert not says(client, served, b"there", SILENT_S)
    assert between.network.counts()["held"] == before + 1
    between.network.heal()
    served.settimeout(WAIT_S)
    assert served.recv(100) == b"there"


def test_a_cut_holds_the_way_back_and_a_connection_s_end(between: Between) -> None:
    client, served = between.connect()
    between.network.cut([Link("1", "2")], resets=False)
    assert says(client, served, b"there", SILENT_S)
    assert not says(served, client, b"back", SILENT_S)
    served.close()
    client.settimeout(SILENT_S)
    with pytest.raises(TimeoutError):
        client.recv(100)


def test_a_connection_over_a_cut_link_is_silent(between: Between) -> None:
    between.network.cut(both("1", "2"), resets=False)
    client = socket.create_connection(between.address(), WAIT_S)
    client.sendall(b"anybody?")
    between.server.settimeout(SILENT_S)
    with pytest.raises(TimeoutError):
        between.server.accept()
    between.network.heal()
    between.server.settimeout(WAIT_S)
    served, _ = between.server.accept()
    assert served.recv(100) == b"anybody?"


def test_a_cut_may_break_what_is_open(between: Between) -> None:
    client, served = between.connect()
    assert says(client, served, b"there", SILENT_S)
    between.network.cut(both("1", "2"), resets=True)
    for end in (client, served):
        with pytest.raises(ConnectionResetError):
            end.recv(100)


def test_delays(between: Between) -> None:
    client, served = between.connect()
    between.network.delay({Link("2", "1"): 2 * SILENT_S})
    assert not says(client, served, b"late", SILENT_S)
    served.settimeout(WAIT_S)
    assert served.recv(100) == b"late"


def test_who_is_refused_by_a_broker_is_refused_by_its_relay(between: Between) -> None:
    client, served = between.connect()
    between.server.close()
    served.close()
    assert client.recv(100) == b""
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(between.address(), WAIT_S)
    between.listen()
    wait_until(between.is_let_in, "a way in", WAIT_S)


def test_commit_is_found_in_pieces_and_once() -> None:
    scanner = Scanner()
    whole = b"before" + COMMIT + b"after"
    found = [scanner.sees_commit(bytes([byte])) for byte in whole]
    assert found.count(True) == 1
    assert not Scanner().sees_commit(b"Q\x00\x00\x00\x0dROLLBACK\x00")


@contextmanager
def through_relay(between: Between) -> Iterator[psycopg.Connection]:
    given = connection.get_connection_params()
    names = ("dbname", "user", "password")
    session = psycopg.connect(
        host="127.0.0.1",
        port=between.plan.database_ports["1"],
        **{name: given[name] for name in names},
    )
    yield session
    session.close()


@pytest.mark.django_db
@pytest.mark.parametrize(("when", "became"), [("after", "committed"), ("before", "aborted")])
def test_a_commit_whose_answer_is_lost_and_one_that_never_came(
    between: Between, when: When, became: str
) -> None:
    before = between.network.counts()["commits"]
    with through_relay(between) as session:
        (number,) = session.execute("SELECT pg_current_xact_id()::text").fetchone()
        between.network.cut_commits(when, 1)
        with pytest.raises(psycopg.OperationalError):
            session.commit()
    assert between.network.counts()["commits"] == before + 1

    def is_known() -> bool:
        with through_relay(between) as session:
            asked = session.execute("SELECT pg_xact_status(%s::xid8)", [number])
            return asked.fetchone() == (became,)

    wait_until(is_known, "an outcome", WAIT_S)


@pytest.mark.django_db
def test_a_broker_that_does_not_reach_postgresql(between: Between) -> None:
    before = between.network.counts()["held"]
    between.network.cut([Link(POSTGRES, "1")], resets=False)
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(
            host="127.0.0.1", port=between.plan.database_ports["1"], connect_timeout=2, user="x"
        )
    assert between.network.counts()["held"] > before


def test_the_best_way_there_is_is_taken_and_a_demanded_one_or_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(NamespaceNetwork, "why_not", lambda: None)
    monkeypatch.setattr(RelayNetwork, "why_not", lambda: None)
    assert (way(None), way("relays"), way("namespaces")) == ("namespaces", "relays", "namespaces")
    monkeypatch.setattr(NamespaceNetwork, "why_not", lambda: "this is not root")
    assert way(None) == "relays"
    with pytest.raises(LinksImpossible, match="namespaces: this is not root"):
        way("namespaces")
    monkeypatch.setattr(RelayNetwork, "why_not", lambda: "there is no address")
    assert way(None) is None


def test_a_second_loopback_address_is_found() -> None:
    if sys.platform.startswith("linux"):
        assert RelayNetwork(Path(), Path(), 1, 20_000).host == "127.77.0.1"
