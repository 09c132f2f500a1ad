"""Brokers that know each other by certificates: they replicate, and others are nobody."""

import asyncio
import os
import socket
import ssl
import threading
import time
from contextlib import ExitStack, contextmanager, suppress

import pytest
from aiokafka.abc import AbstractTokenProvider
from aiokafka.client import AIOKafkaClient
from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from brokers.certificates.authority import LEAF_SECONDS, SEED_BYTES, Authority
from brokers.certificates.holder import ANY_BROKER, EDGE, Holder, broker_name
from brokers.certificates.mutual_tls import MutualTls
from brokers.node.authentication.broker_token import broker_token
from brokers.node.authentication.login import REFUSED
from streaming.cli.kafka import security_of
from tests.node.fakes import MemoryCell
from tests.node.harness import wait_until
from tests.node.raw_client import RawClient, batch, edge_token
from tests.node.trio import BROKERS, Trio


class Ring:
    """The authorities that all of a cell's processes see."""

    def __init__(self) -> None:
        self.authorities = (Authority(os.urandom(SEED_BYTES), 0),)

    def read(self):
        return self.authorities

    def tls(self, holder: Holder, ahead_s: float = 0) -> MutualTls:
        return MutualTls(holder, self.read, lambda: time.time() + ahead_s)


@pytest.fixture
def ring() -> Ring:
    return Ring()


@pytest.fixture
def trio(tmp_path, ring):
    cell = MemoryCell()
    tenant = cell.add_tenant()
    made = Trio(cell, tmp_path, {}, cell.add_key(tenant), tenant.id)
    made.mutual_tls = lambda broker: ring.tls(Holder(broker))
    with ExitStack() as stack:
        stack.callback(lambda: [made.stop(broker) for broker in list(made.nodes)])
        for broker in BROKERS:
            made.start(broker)
        yield made


@contextmanager
def connected(trio, broker: int, context: ssl.SSLContext, expected: str | None = None):
    """A client of the broker's internal listener, after the handshake."""
    with RawClient(trio.nodes[broker].internal_port) as client:
        client.socket = context.wrap_socket(client.socket, server_hostname=expected)
        yield client


def token_of(trio, broker: int) -> bytes:
    node = trio.nodes[broker].node
    key = node.config.broker_token_key
    token = broker_token(key, node.broker_id, node.incarnation, int(time.time()))
    return b"n,,\x01auth=Bearer " + token + b"\x01\x01"


def logs_in(client: RawClient, message: bytes) -> bool:
    """Whether the token is taken; who is refused hears the sentence that all hear."""
    assert client.handshake("OAUTHBEARER").error_code == 0
    answer = client.authenticate(message)
    assert answer.error_message in {None, REFUSED}
    return answer.error_code == 0


def test_what_is_acknowledged_is_on_every_replica(trio):
    topic = trio.topic("t", min_insync_replicas="2")
    with trio.at_leader(topic) as client:
        for number in range(20):
            row = client.produce("t", batch(b"%d" % number))
            assert (row.error_code, row.base_offset) == (0, number)
        # Larger than what TLS hands over at once.
        assert client.produce("t", batch(os.urandom(800_000))).error_code == 0
    for broker in BROKERS:
        wait_until(lambda b=broker: trio.partition(b, topic).log.log_end_offset == 21, "a copy")
    wait_until(lambda: trio.partition(2, topic).high_watermark == 21, "the high watermark")


def test_leadership_passes_and_the_broker_comes_back(trio):
    topic = trio.topic("t", min_insync_replicas="2")
    with trio.at_leader(topic) as client:
        assert client.produce("t", batch(b"before")).error_code == 0
    trio.stop(1)
    assert trio.record(topic).leader in {2, 3}
    with trio.at_leader(topic) as client:
        assert client.produce("t", batch(b"after")).base_offset == 1
        trio.start(1)
        trio.wait_for_isr(topic, 1, 2, 3)


def test_a_token_speaks_for_whom_the_certificate_names_and_nobody_else(trio, ring):
    broker, edge = ring.tls(Holder(2)).client_context(), ring.tls(EDGE).client_context()
    tenant = edge_token(trio.tenant_id)
    for context, message, taken in (
        (broker, token_of(trio, 2), True),
        (edge, tenant, True),
        (broker, token_of(trio, 3), False),
        (broker, tenant, False),
        (edge, token_of(trio, 2), False),
    ):
        with connected(trio, 1, context, broker_name(1)) as client:
            assert logs_in(client, message) is taken


def nobody() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def believing_anybody(mutual_tls: MutualTls) -> ssl.SSLContext:
    context = mutual_tls.client_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


@pytest.mark.parametrize(
    "context",
    [
        lambda ring: nobody(),
        lambda ring: believing_anybody(ring.tls(Holder(2), ahead_s=-2 * LEAF_SECONDS)),
        lambda ring: believing_anybody(Ring().tls(Holder(2))),
    ],
    ids=["no certificate", "one that has expired", "one of another deployment"],
)
def test_without_a_certificate_of_the_deployment_no_token_is_looked_at(trio, ring, context):
    message = token_of(trio, 2)
    with (
        pytest.raises((ssl.SSLError, ConnectionError)),
        connected(trio, 1, context(ring)) as client,
    ):
        logs_in(client, message)
    assert trio.nodes[1].node.metrics.authentication_failures == 0


def test_in_the_clear_nothing_is_answered(trio):
    with RawClient(trio.nodes[1].internal_port) as client:
        client.socket.settimeout(15)
        with pytest.raises(ConnectionError):
            client.handshake("OAUTHBEARER")


def test_a_tenant_s_key_is_nobody_and_clients_need_no_certificate(trio, ring):
    with connected(trio, 1, ring.tls(EDGE).client_context(), broker_name(1)) as client:
        assert client.handshake("PLAIN").error_code != 0
    with trio.connect(1) as client:
        assert client.metadata(version=5).brokers


def test_nobody_follows_a_broker_that_shows_another_s_certificate(trio, ring):
    topic = trio.topic("t", min_insync_replicas="2")
    trio.wait_for_isr(topic, 1, 2, 3)
    trio.stop(3)
    trio.mutual_tls = lambda broker: ring.tls(Holder(2))
    trio.start(3)
    with trio.at_leader(topic) as client:
        assert client.produce("t", batch(b"x")).error_code == 0
    with (
        pytest.raises(ssl.SSLCertVerificationError),
        connected(trio, 3, ring.tls(Holder(1)).client_context(), broker_name(3)),
    ):
        pass
    # It may not follow either: its tokens are of broker 3.
    wait_until(lambda: trio.nodes[1].node.metrics.authentication_failures > 0, "a refusal")
    assert trio.record(topic).isr == (1, 2)
    trio.stop(3)
    trio.mutual_tls = lambda broker: ring.tls(Holder(broker))
    trio.start(3)
    trio.wait_for_isr(topic, 1, 2, 3)


class Load:
    """Produces until it is told to stop, and counts."""

    def __init__(self, client: RawClient) -> None:
        self.sent = 0
        self.codes: set[int] = set()
        self._client = client
        self._ends = threading.Event()
        self._thread = threading.Thread(target=self._work)

    def __enter__(self) -> "Load":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ends.set()
        self._thread.join()

    def goes_on(self) -> None:
        """Return when ten more were acknowledged."""
        wanted = self.sent + 10
        wait_until(lambda: self.sent >= wanted, "more records")

    def _work(self) -> None:
        while not self._ends.is_set():
            self.codes.add(self._client.produce("t", batch(b"v")).error_code)
            self.sent += 1


def issuer_at(trio, ring, broker: int) -> str:
    mutual_tls = ring.tls(EDGE)
    with connected(trio, broker, mutual_tls.client_context(), broker_name(broker)) as client:
        shown = client.socket.getpeercert()
    return shown["issuer"][0][0][1].rpartition(" ")[2]


def test_authorities_are_exchanged_under_load_and_connections_stay(trio, ring):
    topic = trio.topic("t", min_insync_replicas="2")
    trio.wait_for_isr(topic, 1, 2, 3)
    (first,) = ring.authorities
    second = Authority(os.urandom(SEED_BYTES), 0)
    with trio.at_leader(topic) as client, Load(client) as load:
        load.goes_on()
        before = set(trio.nodes[1].node.internal.connections)
        ring.authorities = (second, first)
        load.goes_on()
        assert issuer_at(trio, ring, 1) == second.name
        ring.authorities = (second,)
        load.goes_on()
        wait_until(lambda: before == trio.nodes[1].node.internal.connections, "the look to end")
        # Those that are made from now on are of the new one, at all brokers.
        trio.stop(3)
        wait_until(lambda: trio.record(topic).isr == (1, 2), "the ISR to shrink")
        trio.start(3)
        trio.wait_for_isr(topic, 1, 2, 3)
        load.goes_on()
    assert {issuer_at(trio, ring, broker) for broker in BROKERS} == {second.name}
    assert load.codes == {0}


def test_the_edge_s_clients_come_in(trio, ring):
    ports = [node.internal_port for node in trio.nodes.values()]
    servers = ",".join(f"127.0.0.1:{port}" for port in ports)

    class Tokens(AbstractTokenProvider):
        async def token(self) -> str:
            return edge_token(trio.tenant_id).decode().split("Bearer ")[1].rstrip("\x01")

    async def reached() -> set[int]:
        kafka = AIOKafkaClient(
            bootstrap_servers=servers,
            security_protocol="SASL_SSL",
            ssl_context=ring.tls(EDGE).lasting_client_context(ANY_BROKER),
            sasl_mechanism="OAUTHBEARER",
            sasl_oauth_token_provider=Tokens(),
        )
        try:
            await kafka.bootstrap()
            told = {broker.nodeId for broker in kafka.cluster.brokers()}
            return {broker for broker in told if await kafka.ready(broker)}
        finally:
            await kafka.close()

    assert asyncio.run(reached()) == set(BROKERS)


def librdkafka_topics(trio, port: int, security: dict[str, str], within_s: float = 60) -> set[str]:
    def token(_: object) -> tuple[str, float]:
        message = edge_token(trio.tenant_id).decode()
        return message.split("Bearer ")[1].rstrip("\x01"), time.time() + 60

    admin = AdminClient(
        {
            "bootstrap.servers": f"127.0.0.1:{port}",
            "sasl.mechanism": "OAUTHBEARER",
            "oauth_cb": token,
            "log_level": 0,
            **security,
        }
    )
    admin.poll(0)
    return set(admin.list_topics(timeout=within_s).topics)


def test_commands_clients_come_in(trio, ring):
    trio.topic("seen")
    port = trio.nodes[1].internal_port
    assert librdkafka_topics(trio, port, security_of(ring.tls(EDGE))) == {"seen"}
    with pytest.raises(KafkaException):
        librdkafka_topics(trio, port, security_of(Ring().tls(EDGE)), within_s=5)


@pytest.mark.parametrize("other", [EDGE, None], ids=["the edge", "another deployment's broker"])
def test_commands_tell_their_token_to_brokers_alone(trio, ring, other):
    """They look at no name: that nobody else has a server's certificate has to do."""
    shown = Ring().tls(Holder(1)) if other is None else ring.tls(other)
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        thread = threading.Thread(target=listen, args=(server, shown.server_context(), heard))
        thread.start()
        # It tries again and again, in the same way each time.
        with pytest.raises(KafkaException):
            librdkafka_topics(trio, port, security_of(ring.tls(EDGE)), within_s=15)
        server.shutdown(socket.SHUT_RDWR)
        thread.join()
    assert heard
    assert set(heard) == {b""}


def listen(server: socket.socket, context: ssl.SSLContext, heard: list[bytes]) -> None:
    """Take one after the other, and note what each says once the handshake is done."""
    with suppress(OSError):
        while True:
            taken, _ = server.accept()
            said = b""
            with suppress(OSError), context.wrap_socket(taken, server_side=True) as secured:
                said = secured.recv(1)
            heard.append(said)
