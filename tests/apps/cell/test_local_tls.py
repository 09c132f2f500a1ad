"""The certificates of `--tls`: good for a strict client, renewed in time, kept otherwise."""

import ssl
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509

from streaming.cell import tls

NOW = datetime.now(UTC)


def handshake(files, name):
    """A TLS handshake in memory; raises ``ssl.SSLError`` when the client refuses the server."""
    server_side = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server_side.load_cert_chain(files.certificate, files.key)
    client_side = ssl.create_default_context(cafile=str(files.authority))
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    server = server_side.wrap_bio(to_server, to_client, server_side=True)
    client = client_side.wrap_bio(to_client, to_server, server_hostname=name)
    for _ in range(4):
        for side in (client, server):
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue
    return client.version()


@pytest.mark.parametrize(
    "name", ["streams.example", "lkc-7f3a2.streams.example", "localhost", "127.0.0.1"]
)
def test_clients_that_trust_the_authority_accept_the_server(tmp_path, name):
    files = tls.ensure(tmp_path / "tls", "streams.example", NOW)

    assert handshake(files, name) in {"TLSv1.2", "TLSv1.3"}


def test_an_address_has_no_names_in_front_of_it(tmp_path):
    files = tls.ensure(tmp_path / "tls", "192.0.2.7", NOW)

    assert handshake(files, "192.0.2.7") in {"TLSv1.2", "TLSv1.3"}
    certificate = x509.load_pem_x509_certificate(files.certificate.read_bytes())
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["localhost"]


def test_another_name_is_refused(tmp_path):
    files = tls.ensure(tmp_path / "tls", "streams.example", NOW)

    with pytest.raises(ssl.SSLCertVerificationError):
        handshake(files, "other.example")


def test_keys_are_private(tmp_path):
    files = tls.ensure(tmp_path / "tls", "localhost", NOW)

    for key in (files.key, tmp_path / "tls" / "ca.key"):
        assert key.stat().st_mode & 0o777 == 0o600


def test_a_start_keeps_what_is_good_and_renews_what_is_not(tmp_path):
    folder = tmp_path / "tls"
    first = tls.ensure(folder, "streams.example", NOW)
    authority, certificate = first.authority.read_bytes(), first.certificate.read_bytes()

    tls.ensure(folder, "streams.example", NOW + timedelta(days=300))
    assert first.certificate.read_bytes() == certificate

    tls.ensure(folder, "streams.example", NOW + timedelta(days=380))
    renewed = x509.load_pem_x509_certificate(first.certificate.read_bytes())
    assert renewed.not_valid_after_utc > NOW + timedelta(days=700)

    tls.ensure(folder, "renamed.example", NOW)
    assert handshake(first, "renamed.example")
    assert first.authority.read_bytes() == authority
