"""The certificate that is served is the one that the files hold, and no old TLS is spoken."""

import os
import ssl
from datetime import UTC, datetime
from pathlib import Path

import pytest

from brokers.node.config import TlsFiles
from brokers.node.tls import FollowedCertificate
from streaming.cell import tls

NOW = datetime.now(UTC)
NAME = "streams.example"


def served(followed: FollowedCertificate, client_side: ssl.SSLContext, name: str | None) -> bytes:
    """A handshake in memory; the certificate, DER, that the client was shown."""
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    server = followed.context.wrap_bio(to_server, to_client, server_side=True)
    client = client_side.wrap_bio(to_client, to_server, server_hostname=name)
    for _ in range(4):
        for side in (client, server):
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue
    shown = client.getpeercert(binary_form=True)
    assert shown is not None
    return shown


def trusting_anybody() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def in_file(files: TlsFiles) -> bytes:
    return ssl.PEM_cert_to_DER_cert(files.certificate.read_text())


@pytest.fixture
def files(tmp_path: Path) -> TlsFiles:
    made = tls.ensure(tmp_path, NAME, NOW)
    return TlsFiles(made.certificate, made.key)


def renew(files: TlsFiles) -> None:
    files.certificate.unlink()
    tls.ensure(files.key.parent, NAME, NOW)


@pytest.mark.parametrize("name", [NAME, None])
def test_a_new_certificate_is_served_from_the_next_handshake_on(files, name):
    followed = FollowedCertificate(files)
    first = in_file(files)
    assert served(followed, trusting_anybody(), name) == first

    renew(files)

    assert in_file(files) != first
    assert served(followed, trusting_anybody(), name) == in_file(files)


def test_the_new_one_is_trusted_as_the_old_one_was(files):
    followed = FollowedCertificate(files)
    renew(files)
    strict = ssl.create_default_context(cafile=str(files.key.parent / "ca.pem"))

    assert served(followed, strict, NAME) == in_file(files)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda files: files.key.write_text("half of a k"),
        lambda files: files.certificate.write_text(""),
        lambda files: files.key.unlink(),
    ],
    ids=["half a key", "an empty certificate", "no key"],
)
def test_what_cannot_be_used_changes_nothing(files, spoil, caplog):
    followed = FollowedCertificate(files)
    first, key = in_file(files), files.key.read_bytes()
    spoil(files)

    for _ in range(2):
        assert served(followed, trusting_anybody(), NAME) == first
    assert str(files.certificate) in caplog.text

    files.key.write_bytes(key)
    renew(files)
    assert served(followed, trusting_anybody(), NAME) == in_file(files) != first


def test_a_key_of_another_certificate_changes_nothing(files):
    followed = FollowedCertificate(files)
    first, key = in_file(files), files.key.read_bytes()
    renew(files)
    new = files.key.read_bytes()
    files.key.write_bytes(key)
    assert served(followed, trusting_anybody(), NAME) == first

    files.key.write_bytes(new)
    assert served(followed, trusting_anybody(), NAME) == in_file(files) != first


def test_files_are_read_only_when_they_changed(files, monkeypatch):
    followed = FollowedCertificate(files)
    monkeypatch.setattr(followed, "_load", lambda: pytest.fail("loaded without a reason"))
    served(followed, trusting_anybody(), NAME)

    os.utime(files.key, ns=(1, 1))
    with pytest.raises(pytest.fail.Exception):
        followed._follow()


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion")
@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1])
def test_old_versions_are_refused(files, version):
    client = trusting_anybody()
    # A library's own floor must not be what refuses.
    client.set_ciphers("ALL:@SECLEVEL=0")
    client.minimum_version = client.maximum_version = version
    with pytest.raises(ssl.SSLError, match=r"(?i)protocol version|unsupported protocol"):
        served(FollowedCertificate(files), client, NAME)


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_today_s_versions_are_spoken(files, version):
    client = trusting_anybody()
    client.minimum_version = client.maximum_version = version
    assert served(FollowedCertificate(files), client, NAME) == in_file(files)
