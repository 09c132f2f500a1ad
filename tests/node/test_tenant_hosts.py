"""A tenant's own host name: its keys log in there, no other's do, and it leads back there."""

import ssl
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from brokers.kernel.errors import ErrorCode
from brokers.node.config import ListenerConfig, TlsFiles
from brokers.node.entrance import cluster_in
from brokers.wire.messages.describe_cluster_request import DescribeClusterRequest
from brokers.wire.messages.sasl_authenticate_request import SaslAuthenticateRequest
from brokers.wire.registry import ApiKey
from streaming.cell import tls
from tests.node.fakes import MemoryCell
from tests.node.harness import node_config, running
from tests.node.raw_client import RawClient

HOST = "streams.example"


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    """A broker with the certificate that ``up --tls`` makes, and two tenants."""
    files = tls.ensure(tmp_path_factory.mktemp("tls"), HOST, datetime.now(UTC))
    external = ListenerConfig("127.0.0.1", 0, HOST, 0, TlsFiles(files.certificate, files.key))
    cell = MemoryCell()
    ours, theirs = cell.add_tenant("ours"), cell.add_tenant("theirs")
    keys = cell.add_key(ours), cell.add_key(theirs)
    with running(cell, node_config(tmp_path_factory.mktemp("volume"), external=external)) as node:
        yield SimpleNamespace(
            node=node, ours=ours, theirs=theirs, our_key=keys[0], their_key=keys[1],
            trusts=ssl.create_default_context(cafile=str(files.authority)),
        )  # fmt: skip


def client_at(service, name: str) -> RawClient:
    """By TLS, the certificate verified for ``name``, which is asked for by SNI."""
    client = RawClient(service.node.port)
    client.socket = service.trusts.wrap_socket(client.socket, server_hostname=name)
    return client


def own(tenant) -> str:
    return f"{tenant.cluster_id}.{HOST}"


@pytest.mark.parametrize("name", [HOST, "localhost", "127.0.0.1", "www.streams.example"])
def test_by_any_other_name_all_log_in(service, name):
    for key in (service.our_key, service.their_key):
        with client_at(service, name) as client:
            client.log_in(key)
            assert [each.host for each in client.metadata().brokers] == [HOST]


@pytest.mark.parametrize("spelled", [str.lower, str.upper])
def test_a_tenant_s_host_name_leads_back_to_itself(service, spelled):
    with client_at(service, spelled(own(service.ours))) as client:
        client.log_in(service.our_key)
        assert [each.host for each in client.metadata().brokers] == [own(service.ours)]
        cluster = client.ask(ApiKey.DESCRIBE_CLUSTER, 1, DescribeClusterRequest(False, 1))
        assert [each.host for each in cluster.brokers] == [own(service.ours)]


def plain(client: RawClient, key: tuple[str, str]) -> bytes:
    """The answer's bytes."""
    assert client.handshake("PLAIN").error_code == 0
    request = SaslAuthenticateRequest(b"\0" + "\0".join(key).encode())
    return client.ask_for_bytes(ApiKey.SASL_AUTHENTICATE, 1, request)


def test_another_tenant_s_key_hears_what_a_wrong_secret_does(service):
    key_id, secret = service.their_key
    with client_at(service, own(service.ours)) as client:
        foreign = plain(client, (key_id, secret))
        assert client.is_closed_by_broker()
    with client_at(service, own(service.ours)) as client:
        wrong = plain(client, (key_id, secret[:-1] + "?"))
    with client_at(service, HOST) as client:
        elsewhere = plain(client, (key_id, secret[:-1] + "?"))
    assert foreign == wrong == elsewhere
    with client_at(service, own(service.theirs)) as client:
        client.log_in(service.their_key)


@pytest.mark.parametrize("hash_name", ["sha256", "sha512"])
def test_by_scram_as_well(service, hash_name):
    key_id, secret = service.their_key
    with client_at(service, own(service.ours)) as client:
        foreign = client.log_in_by_scram(hash_name, (key_id, secret))
    with client_at(service, own(service.ours)) as client:
        wrong = client.log_in_by_scram(hash_name, (key_id, "wrong"))
    assert foreign == wrong
    assert foreign.error_code == ErrorCode.SASL_AUTHENTICATION_FAILED
    with client_at(service, own(service.ours)) as client:
        assert client.log_in_by_scram(hash_name, service.our_key).error_code == 0


def test_a_cluster_that_is_not_there_lets_nobody_in(service):
    with client_at(service, f"lkc-nobody.{HOST}") as client:
        refused = plain(client, service.our_key)
    with client_at(service, own(service.theirs)) as client:
        assert plain(client, service.our_key) == refused


@pytest.mark.parametrize(
    ("name", "cluster"),
    [
        (f"lkc-7f3a2.{HOST}", "lkc-7f3a2"),
        (f"LKC-7F3A2.{HOST.upper()}", "lkc-7f3a2"),
        (None, None),
        (HOST, None),
        (f"www.{HOST}", None),
        (f"lkc-7f3a2.b0.{HOST}", None),
        ("lkc-7f3a2.elsewhere.example", None),
        ("lkc-7f3a2", None),
        ("", None),
    ],
)
def test_which_names_are_a_tenant_s(name, cluster):
    assert cluster_in(name, HOST) == cluster
