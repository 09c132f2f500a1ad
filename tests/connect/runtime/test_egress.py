"""Connections go to the address that was checked, under the name that was asked for."""

import datetime as dt
import ssl
from collections.abc import Sequence
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from connect.runtime.egress import CheckedEgress, is_own
from connect.runtime.egress_policy import EgressPolicy
from connect.runtime.egress_ports import EgressPorts
from connect.spi.errors import EgressRefused, RetriableError
from tests.connect.http_server import Answer, Asked, serving

LOOPBACK = EgressPolicy.parse(["127.0.0.0/8"])


class Names:
    """A resolver of the test's own; each name's answers in turn, the last one for good."""

    def __init__(self, **answers: Sequence[Sequence[str]]) -> None:
        self.answers = {name.replace("_", "."): list(lists) for name, lists in answers.items()}
        self.asked: list[str] = []

    def __call__(self, host: str, _port: int) -> Sequence[str]:
        self.asked.append(host)
        lists = self.answers.get(host, [[host]])
        return lists.pop(0) if len(lists) > 1 else lists[0]


def client(egress: CheckedEgress, **options: object) -> httpx.Client:
    return httpx.Client(transport=egress.http_transport(), trust_env=False, timeout=5, **options)


def test_one_refused_address_refuses_the_name() -> None:
    egress = CheckedEgress(EgressPolicy(), Names(mixed_example=[["8.8.8.8", "10.0.0.1"]]))
    with pytest.raises(EgressRefused, match=r"mixed.example:443: 10.0.0.1 is private"):
        egress.resolve("mixed.example", 443)


def test_refusals_are_told_of_beside_whoever_asked() -> None:
    told: list[tuple[str, int]] = []
    egress = CheckedEgress(
        EgressPolicy(),
        Names(mixed_example=[["8.8.8.8", "10.0.0.1"]]),
        refused=lambda host, port: told.append((host, port)),
    )
    for host, port in (("mixed.example", 443), ("8.8.8.8", 443), ("8.8.8.8", 25)):
        try:
            egress.resolve(host, port)
        except EgressRefused:
            continue
    assert told == [("mixed.example", 443), ("8.8.8.8", 25)]


def test_allowed_addresses_come_once_each_in_order() -> None:
    names = Names(two_example=[["8.8.8.8", "8.8.4.4", "8.8.8.8"]])
    found = CheckedEgress(EgressPolicy(), names).resolve("two.example", 9200)
    assert [(a.ip, a.port) for a in found] == [("8.8.8.8", 9200), ("8.8.4.4", 9200)]


@pytest.mark.parametrize("host", ["localhost", "127.1", "0x7f000001", "2130706433", "[::1]", "0"])
def test_the_system_s_resolver_lets_no_spelling_of_loopback_through(host: str) -> None:
    with pytest.raises(EgressRefused):
        CheckedEgress(EgressPolicy()).resolve(host, 80)


def test_a_name_without_an_address_may_have_one_later() -> None:
    with pytest.raises(RetriableError, match="cannot find an address"):
        CheckedEgress(EgressPolicy(), Names(empty_example=[[]])).resolve("empty.example", 80)
    with pytest.raises(RetriableError, match="cannot find an address"):
        CheckedEgress(EgressPolicy()).resolve("a" * 64 + ".example", 80)


def test_own_addresses_are_known() -> None:
    assert is_own("127.0.0.1")
    assert not is_own("8.8.8.8")


@pytest.mark.parametrize("ip", ["8.8.8.8", "::ffff:808:808", "64:ff9b::808:808", "2002:808:808::1"])
def test_no_disguise_leads_to_a_host_of_the_deployment(ip: str) -> None:
    """Its database's, say, which has a public address: whoever makes a name chooses the form."""
    names = Names(db_deployment_example=[["8.8.8.8"]], named_example=[[ip]])
    egress = CheckedEgress(EgressPolicy(), names, own=["db.deployment.example"])
    with pytest.raises(EgressRefused, match="this machine's own"):
        egress.resolve("named.example", 5432)


def test_the_name_is_resolved_once_for_a_connection() -> None:
    names = Names(rebinds_example=[["127.0.0.1"], ["169.254.169.254"]])
    with serving(lambda asked: Answer(body=b"hello")) as server:
        egress = CheckedEgress(LOOPBACK, names)
        with client(egress) as http:
            url = server.url(host="rebinds.example")
            assert http.get(url).text == "hello"
            assert names.asked == ["rebinds.example"]
            assert server.asked[0].headers["host"] == f"rebinds.example:{server.port}"
            with client(egress) as another, pytest.raises(EgressRefused, match="metadata"):
                another.get(url)
            assert http.get(url).text == "hello"  # the connection that was checked stays


def test_redirects_are_not_followed_and_are_checked_when_a_client_does() -> None:
    def answer(asked: Asked) -> Answer:
        return Answer(302, headers={"location": "http://169.254.169.254/latest/meta-data"})

    egress = CheckedEgress(LOOPBACK)
    with serving(answer) as server:
        with client(egress) as http:
            assert http.get(server.url()).status_code == 302
        with client(egress, follow_redirects=True) as http, pytest.raises(EgressRefused):
            http.get(server.url())


def test_proxies_of_the_environment_are_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    with serving(lambda asked: Answer(204)) as server, client(CheckedEgress(LOOPBACK)) as http:
        assert http.get(server.url()).status_code == 204


def test_nobody_listening_is_httpx_s_error() -> None:
    egress = CheckedEgress(LOOPBACK, ports=EgressPorts.parse(["1"]))
    with client(egress) as http, pytest.raises(httpx.ConnectError):
        http.get("http://127.0.0.1:1/")


def test_a_body_is_sent_and_streamed_back() -> None:
    with (
        serving(lambda asked: Answer(body=asked.body)) as server,
        client(CheckedEgress(LOOPBACK)) as http,
        http.stream("POST", server.url("/echo"), content=b"x" * 200_000) as response,
    ):
        assert sum(len(chunk) for chunk in response.iter_bytes()) == 200_000


def certificate(name: str, folder: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / f"{name}.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path


def test_tls_verifies_the_name_though_the_address_is_pinned(tmp_path: Path) -> None:
    pem = certificate("right.example", tmp_path)
    server_side = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server_side.load_cert_chain(pem)
    trusted = ssl.create_default_context(cafile=str(pem))
    names = Names(right_example=[["127.0.0.1"]], wrong_example=[["127.0.0.1"]])
    egress = CheckedEgress(LOOPBACK, names)
    with (
        serving(lambda asked: Answer(204), tls=server_side) as server,
        httpx.Client(transport=egress.http_transport(trusted), trust_env=False) as http,
    ):
        assert http.get(server.url(host="right.example")).status_code == 204
        wrong = server.url(host="wrong.example")
        with pytest.raises(httpx.ConnectError, match="Hostname mismatch"):
            http.get(wrong)
        with pytest.raises(httpx.ConnectError, match="Hostname mismatch"):
            http.get(wrong, extensions={"sni_hostname": "right.example"})
        with client(egress) as untrusting, pytest.raises(httpx.ConnectError, match="CERT"):
            untrusting.get(server.url(host="right.example"))
