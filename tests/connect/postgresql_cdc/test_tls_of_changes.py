"""The source and TLS: all its connections have it, servers are verified by name, and where it is
demanded nothing goes on without."""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread

import pytest
from captured import Captured
from logical_postgresql import PASSWORD, Shop, shop_of, started

from connect.connectors.postgresql_cdc import source as source_task
from connect.connectors.postgresql_cdc.connector import PostgresqlCdcConnector
from connect.spi.errors import ConfigError, ConnectError, RetriableError
from streaming.cell import ports, tls
from streaming.cell.postgres import Postgres
from tests.connect.harness import NamedEgress, OpenEgress

NAME = "shop.test"
"""What the server's certificate is for, beside localhost and 127.0.0.1."""
T = "CREATE TABLE t (id int PRIMARY KEY)"
OURS = """
    SELECT backend_type, ssl FROM pg_stat_activity JOIN pg_stat_ssl USING (pid)
    WHERE application_name = 'headwater-cdc'
"""


@dataclass
class SafeShop:
    """A database that takes connections with TLS alone. ``foreign`` is another authority."""

    shop: Shop
    authority: str
    foreign: str


def programs() -> Path:
    """Of a PostgreSQL with TLS, which the wheel's is built without."""
    found = [Path(each).parent for each in [shutil.which("postgres")] if each]
    found += sorted(Path("/usr/lib/postgresql").glob("[0-9]*/bin"), key=lambda each: each.parent)
    for folder in reversed(found):
        if not (folder / "initdb").exists() or not (folder / "pg_config").exists():
            continue
        asked = [folder / "pg_config", "--configure"]
        told = subprocess.run(asked, capture_output=True, text=True, check=True).stdout
        if "openssl" in told:
            return folder
    pytest.skip("needs: a PostgreSQL with TLS")


def authority_and_certificate(folder: Path, name: str):
    folder.mkdir()
    return tls.ensure(folder, name, datetime.now(UTC))


def let_in_with_tls_only(postgres: Postgres, files) -> dict[str, str]:
    """Files in the server's own folder, as its account wants them; and the settings that name
    them."""
    (postgres.folder / "pg_hba.conf").write_text("hostssl all all 127.0.0.1/32 scram-sha-256\n")
    for source, name in ((files.certificate, "server.crt"), (files.key, "server.key")):
        path = postgres.folder / name
        path.write_bytes(source.read_bytes())
        path.chmod(0o600)
        if postgres.account is not None:
            os.chown(path, postgres.account.uid, postgres.account.gid)
    return {"ssl": "on", "ssl_cert_file": "server.crt", "ssl_key_file": "server.key"}


@pytest.fixture(scope="module")
def safe_server():
    with tempfile.TemporaryDirectory(prefix="headwater-tls-") as name:
        folder = Path(name)
        # Its account must be able to come back to where it began.
        folder.chmod(0o755)
        found = Postgres.find(folder / "postgres", ports.free())
        postgres = replace(found, programs=programs())
        postgres.create(PASSWORD)
        files = authority_and_certificate(folder / "tls", NAME)
        foreign = authority_and_certificate(folder / "foreign", NAME)
        with started(postgres, **let_in_with_tls_only(postgres, files)) as port:
            yield port, files.authority.read_text(), foreign.authority.read_text()


@pytest.fixture
def safe(safe_server):
    port, authority, foreign = safe_server
    with shop_of(port) as shop:
        yield SafeShop(shop, authority, foreign)


@pytest.fixture
def captured(monkeypatch):
    """Makes tasks of a shop, and ends them."""
    monkeypatch.setattr(source_task, "WAIT_SECONDS", 0.03)
    made = []

    def make(shop, name=NAME, **config):
        config = {each: value for each, value in config.items() if value is not None}
        made.append(Captured(shop, egress=NamedEgress(), database_hostname=name, **config))
        return made[-1]

    yield make
    for each in made:
        each.close()


def refused(shop, name, match, **config):
    """Both the look beforehand and the task say so, and that trying again does not mend it."""
    keys = {f"database.{each}": value for each, value in config.items() if value is not None}
    parsed = PostgresqlCdcConnector.config.parse(shop.config | {"database.hostname": name} | keys)
    source = Captured(
        shop, egress=NamedEgress(), database_hostname=name,
        **{each.replace(".", "_"): value for each, value in keys.items()},
    )  # fmt: skip
    looks = [lambda: PostgresqlCdcConnector(parsed).check_target(NamedEgress()), source.task.poll]
    try:
        for look in looks:
            with pytest.raises(ConnectError, match=match) as raised:
                look()
            assert not isinstance(raised.value, RetriableError)
    finally:
        source.close()


def test_all_connections_are_encrypted_and_the_server_is_known_by_its_name(safe, captured):
    """The slot's, the tables', the catalogue's, the stream's and the keeper's."""
    shop = safe.shop
    shop.run(T, "INSERT INTO t VALUES (1)")
    source = captured(
        shop, database_sslmode="verify-full", database_ssl_ca=safe.authority,
        slot_watch_interval_ms="100",
    )  # fmt: skip
    source.next(1)
    shop.run("INSERT INTO t VALUES (2)")
    assert [each.key for each in source.next(1)] == [{"id": 2}]
    deadline = time.monotonic() + 20
    while len(found := shop.rows(OURS)) < 3:
        assert time.monotonic() < deadline, found
        source.poll()
    assert {kind for kind, _ in found} == {"walsender", "client backend"}
    assert all(encrypted for _, encrypted in found)


@pytest.mark.parametrize(
    ("name", "mode", "authority"),
    [
        (NAME, None, "its own"),
        ("127.0.0.1", "verify-full", "its own"),
        ("other.test", "verify-ca", "its own"),
        ("other.test", "require", "its own"),
        (NAME, "require", None),
        (NAME, "REQUIRE", None),
        (NAME, "prefer", None),
        (NAME, None, None),
    ],
)
def test_what_is_let_in(safe, captured, name, mode, authority):
    safe.shop.run(T, "INSERT INTO t VALUES (1)")
    ca = safe.authority if authority else None
    captured(safe.shop, name, database_sslmode=mode, database_ssl_ca=ca).next(1)


@pytest.mark.parametrize(
    ("name", "mode", "authority", "match"),
    [
        ("other.test", "verify-full", "its own", r'does not match host name "other\.test"'),
        ("other.test", None, "its own", r'does not match host name "other\.test"'),
        (NAME, "verify-full", "foreign", "certificate verify failed"),
        (NAME, None, "foreign", "certificate verify failed"),
        (NAME, "verify-ca", "foreign", "certificate verify failed"),
        (NAME, "require", "foreign", "certificate verify failed"),
        (NAME, "verify-full", None, "certificate verify failed"),
        (NAME, "disable", None, "no encryption"),
    ],
)
def test_what_is_not_verified_is_told_and_lasts(safe, name, mode, authority, match):
    safe.shop.run(T)
    ca = {"its own": safe.authority, "foreign": safe.foreign, None: None}[authority]
    refused(safe.shop, name, match, **{"sslmode": mode, "ssl.ca": ca})
    assert safe.shop.rows(OURS) == []


@pytest.mark.parametrize("mode", ["require", "verify-ca", "verify-full"])
def test_a_server_without_tls_is_refused_where_it_is_demanded(shop, captured, mode):
    shop.run(T, "INSERT INTO t VALUES (1)")
    refused(shop, NAME, "does not support SSL", sslmode=mode)
    captured(shop, database_sslmode="prefer").next(1)


@pytest.mark.parametrize("mode", ["require", "verify-ca", "verify-full"])
def test_who_stands_between_and_says_that_there_is_no_tls_learns_nothing(mode):
    heard = []

    def between(listening):
        connection, _ = listening.accept()
        with connection:
            connection.settimeout(20)
            heard.append(connection.recv(1024))
            connection.sendall(b"N")
            heard.append(connection.recv(1024))

    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(20)
        thread = Thread(target=between, args=(listening,))
        thread.start()
        shop = Shop(listening.getsockname()[1], None)
        parsed = PostgresqlCdcConnector.config.parse(shop.config | {"database.sslmode": mode})
        with pytest.raises(ConnectError, match="does not support SSL"):
            PostgresqlCdcConnector(parsed).check_target(OpenEgress())
        thread.join()
    asks_for_tls = bytes([0, 0, 0, 8, 4, 210, 22, 47])
    assert heard == [asks_for_tls, b""]


@pytest.mark.parametrize("mode", ["disable", "prefer"])
def test_authorities_that_nothing_would_be_verified_with_are_refused(shop, tmp_path, mode):
    files = authority_and_certificate(tmp_path / "tls", NAME)
    config = {"database_sslmode": mode, "database_ssl_ca": files.authority.read_text()}
    with pytest.raises(ConfigError, match=rf"{mode} for configuration database\.sslmode"):
        Captured(shop, **config)


class SilentSocket:
    """libpq's connection, but that its socket says nothing."""

    def __init__(self, pgconn, silent) -> None:
        self._pgconn = pgconn
        self.socket = silent.fileno()

    def __getattr__(self, name):
        return getattr(self._pgconn, name)


def test_what_has_come_is_read_though_the_socket_says_nothing(shop, captured):
    """OpenSSL may hold a part of a record of TLS when nothing is left in the socket."""
    shop.run(T)
    source = captured(shop)
    source.until(lambda records: records)
    stream = source.task._stream
    silent, other = socket.socketpair()
    with silent, other:
        stream._pgconn = SilentSocket(stream._pgconn, silent)
        shop.run("INSERT INTO t VALUES (1)")
        assert [each.key for each in source.next(1)] == [{"id": 1}]
        # At once: the database gives up who is silent, and what it had sent is read then.
        ours = f"SELECT 1 FROM pg_replication_slots WHERE active_pid = {stream._pgconn.backend_pid}"
        assert shop.rows(ours)
        source.close()
