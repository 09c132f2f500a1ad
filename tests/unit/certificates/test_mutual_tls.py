"""Who is let in by a certificate, and who is not; rings that change while connections are made."""

import os
import ssl
import tempfile
from datetime import UTC, datetime

import pytest

from brokers.certificates.authority import LEAF_SECONDS, SEED_BYTES, Authority
from brokers.certificates.holder import ANY_BROKER, EDGE, Holder, broker_name
from brokers.certificates.mutual_tls import MutualTls, holder_in
from brokers.certificates.ring import RingUnreadable
from streaming.cell import tls

NOW = datetime.now(UTC)
BROKER = Holder(2)


class World:
    """A ring of authorities and a clock, both to be moved by the test."""

    def __init__(self) -> None:
        self.ring = (authority(),)
        # OpenSSL has the real time, so the test's goes from half a leaf's life ago to now.
        self.now_s = NOW.timestamp() - LEAF_SECONDS / 2
        self.unreadable = False

    def read(self):
        if self.unreadable:
            raise RingUnreadable("the file is half written")
        return self.ring

    def tls(self, holder: Holder) -> MutualTls:
        return MutualTls(holder, self.read, lambda: self.now_s)


def authority(issues_from_s: int = 0) -> Authority:
    return Authority(os.urandom(SEED_BYTES), issues_from_s)


@pytest.fixture
def world() -> World:
    return World()


def met(server: ssl.SSLContext, client: ssl.SSLContext, expected: str | None):
    """Both sides after a handshake in memory. Raises ``ssl.SSLError``, whichever side refuses."""
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    sides = (
        client.wrap_bio(to_client, to_server, server_hostname=expected),
        server.wrap_bio(to_server, to_client, server_side=True),
    )
    for _ in range(4):
        for side in sides:
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue
    # What a server has against a certificate comes after the client's handshake.
    with pytest.raises(ssl.SSLWantReadError):
        sides[0].read(1)
    return sides


def shown_to(server: MutualTls, client: MutualTls, expected: str = broker_name(2)):
    """The certificate that the server shows, as the client sees it."""
    return met(server.server_context(), client.client_context(), expected)[0].getpeercert()


def issuer(certificate) -> str:
    return certificate["issuer"][0][0][1].rpartition(" ")[2]


@pytest.mark.parametrize("holder", [EDGE, Holder(1), Holder(27)])
def test_both_sides_learn_whom_they_meet(world, holder):
    client, server = met(
        world.tls(BROKER).server_context(), world.tls(holder).client_context(), broker_name(2)
    )
    assert holder_in(server.getpeercert()) == holder
    assert holder_in(client.getpeercert()) == BROKER
    assert client.version() == "TLSv1.3"


@pytest.mark.parametrize("expected", [broker_name(3), broker_name(22), "127.0.0.1", "localhost"])
def test_another_broker_than_was_expected_is_refused(world, expected):
    with pytest.raises(ssl.SSLCertVerificationError, match=r"(?i)mismatch"):
        shown_to(world.tls(BROKER), world.tls(Holder(1)), expected)


def test_the_edge_s_certificate_serves_nobody(world):
    with pytest.raises(ssl.SSLCertVerificationError, match=r"(?i)purpose"):
        shown_to(world.tls(EDGE), world.tls(Holder(1)), "edge.headwater.internal")


def test_another_deployment_s_authority_is_nobody_s(world):
    elsewhere = World()
    with pytest.raises(ssl.SSLCertVerificationError, match=r"(?i)verify failed"):
        shown_to(elsewhere.tls(BROKER), world.tls(EDGE))
    trusting_anybody = elsewhere.tls(EDGE).client_context()
    trusting_anybody.check_hostname = False
    trusting_anybody.verify_mode = ssl.CERT_NONE
    with pytest.raises(ssl.SSLError):
        met(world.tls(BROKER).server_context(), trusting_anybody, None)


def trusting_anybody() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def test_without_a_certificate_nobody_comes_in(world):
    with pytest.raises(ssl.SSLError, match=r"(?i)did not return a certificate"):
        met(world.tls(BROKER).server_context(), trusting_anybody(), None)


def test_what_clients_are_shown_outside_opens_nothing_inside(world, tmp_path):
    files = tls.ensure(tmp_path, "broker-1.headwater.internal", NOW)
    outside = trusting_anybody()
    outside.load_cert_chain(files.certificate, files.key)
    with pytest.raises(ssl.SSLError):
        met(world.tls(BROKER).server_context(), outside, None)


def test_no_older_tls_is_spoken(world):
    client = world.tls(EDGE).client_context()
    client.minimum_version = client.maximum_version = ssl.TLSVersion.TLSv1_2
    with pytest.raises(ssl.SSLError, match=r"(?i)protocol"):
        met(world.tls(BROKER).server_context(), client, broker_name(2))


def test_what_has_expired_is_refused_by_either_side(world):
    long_ago = NOW.timestamp() - 2 * LEAF_SECONDS
    server, client = (MutualTls(each, world.read, lambda: long_ago) for each in (BROKER, EDGE))
    with pytest.raises(ssl.SSLCertVerificationError, match=r"(?i)expired"):
        shown_to(server, world.tls(EDGE))
    with pytest.raises(ssl.SSLError, match=r"(?i)expired"):
        shown_to(world.tls(BROKER), client)


def test_a_leaf_is_issued_anew_long_before_it_ends(world):
    server, client = world.tls(BROKER), world.tls(EDGE)
    first = shown_to(server, client)
    assert shown_to(server, client) == first
    begun = client.credentials().leaf
    world.now_s += LEAF_SECONDS / 2
    assert shown_to(server, client)["serialNumber"] != first["serialNumber"]
    assert client.credentials().leaf.ends_s > begun.ends_s


def test_an_authority_is_trusted_before_it_issues_and_the_former_until_it_is_taken_out(world):
    server, client = world.tls(BROKER), world.tls(EDGE)
    (first,) = world.ring
    begun_s = world.now_s
    second = authority(int(begun_s) + 60)
    listening = server.server_context()

    world.ring = (second, first)
    assert issuer(shown_to(server, client)) == first.name
    early = MutualTls(EDGE, lambda: (second, first), lambda: begun_s + 61)
    assert issuer(shown_to(server, early)) == first.name, "its clock is ahead, and it is let in"

    late = MutualTls(EDGE, lambda: (second, first), lambda: begun_s)
    world.now_s += 61
    assert issuer(shown_to(server, client)) == second.name
    assert issuer(shown_to(server, late)) == second.name, "its clock is behind, and it is let in"

    world.ring = (second,)
    assert issuer(shown_to(server, client)) == second.name
    with pytest.raises(ssl.SSLError):
        met(listening, late.client_context(), broker_name(2))
    assert server.server_context() is listening, "a listener keeps the context that it was given"


def test_a_ring_that_cannot_be_read_changes_nothing(world, caplog):
    server, client = world.tls(BROKER), world.tls(EDGE)
    first = shown_to(server, client)
    world.unreadable = True
    assert shown_to(server, client) == first
    assert "half written" in caplog.text
    world.now_s += LEAF_SECONDS / 2
    assert shown_to(server, client)["serialNumber"] != first["serialNumber"]


def test_a_context_that_a_library_keeps_follows_the_ring_and_wants_a_broker(world):
    server = world.tls(BROKER)
    kept = world.tls(EDGE).lasting_client_context(ANY_BROKER)
    assert met(server.server_context(), kept, "10.0.0.7")[0].server_hostname == ANY_BROKER
    world.ring = (authority(),)
    shown = met(server.server_context(), kept, "10.0.0.7")[0].getpeercert()
    assert issuer(shown) == world.ring[0].name
    with pytest.raises(ssl.SSLError):
        met(world.tls(EDGE).server_context(), kept, "edge.headwater.internal")


def test_no_session_goes_on_without_a_certificate(world):
    client, _ = met(
        world.tls(BROKER).server_context(), world.tls(EDGE).client_context(), broker_name(2)
    )
    assert client.session is None or not client.session.has_ticket


def test_an_authority_vouches_for_no_name_outside(world):
    class Stranger:
        names = ("www.example.com",)
        serves = True

    server = MutualTls(Stranger(), world.read, lambda: world.now_s)
    with pytest.raises(ssl.SSLCertVerificationError, match=r"(?i)permitted subtree"):
        shown_to(server, world.tls(EDGE), "www.example.com")


def test_a_certificate_that_cannot_be_taken_up_changes_nothing(world, monkeypatch, caplog):
    server, client = world.tls(BROKER), world.tls(EDGE)
    first = shown_to(server, client)
    with monkeypatch.context() as patched:
        patched.setattr(tempfile, "tempdir", "/no/such/folder")
        world.now_s += LEAF_SECONDS / 2
        assert shown_to(server, client) == first
    assert "the one before stays" in caplog.text
    assert shown_to(server, client)["serialNumber"] != first["serialNumber"]


def test_no_key_stays_on_the_disk(world, tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    world.tls(BROKER).server_context()
    assert list(tmp_path.iterdir()) == []


def test_processes_that_have_the_seed_agree(world):
    (one,) = world.ring
    other = Authority(one.seed, 0)
    assert (one.certificate, one.name) == (other.certificate, other.name)
    assert one.seed.hex() not in repr(one)


@pytest.mark.parametrize(
    "names",
    [
        (),
        ("broker-2.headwater.internal",),
        ("broker.headwater.internal",),
        ("broker-2.headwater.internal", "broker-3.headwater.internal", ANY_BROKER),
        ("edge.headwater.internal", ANY_BROKER),
        ("edge.headwater.internal.example",),
        ("broker-x.headwater.internal", ANY_BROKER),
        ("broker-02.headwater.internal", ANY_BROKER),
    ],
)
def test_names_that_we_give_nobody(names):
    assert holder_in({"subjectAltName": tuple(("DNS", each) for each in names)}) is None


def test_a_certificate_of_no_dns_name_is_nobody_s():
    named = (("DNS", "edge.headwater.internal"), ("IP Address", "127.0.0.1"))
    assert holder_in({"subjectAltName": named}) is None
    assert holder_in(None) is None
