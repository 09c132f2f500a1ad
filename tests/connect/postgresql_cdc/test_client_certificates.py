"""Logging in to a PostgreSQL by a certificate and nothing else, for changes and by SQL."""

import os
import tempfile
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Event, Timer

import psycopg
import pytest
import sqlalchemy as sa
from captured import Captured
from logical_postgresql import PASSWORD, Shop, shop_of, started
from test_tls_of_changes import (
    NAME,
    NamedEgress,
    authority_and_certificate,
    let_in_with_tls_only,
    programs,
    refused,
)

from connect.connectors.jdbc.database import Database
from connect.connectors.jdbc.settings import CONNECTION, ConnectionSettings
from connect.spi.errors import ConnectError, RetriableError
from streaming.cell import ports
from streaming.cell.postgres import Postgres
from tests.connect.client_certificates import client_certificate

USER = "certified"
OURS = f"""
    SELECT usename, client_dn, backend_type FROM pg_stat_activity JOIN pg_stat_ssl USING (pid)
    WHERE usename = '{USER}'
"""


@dataclass
class Known:
    """A database that knows ``USER`` by its certificate. ``foreign`` is one of another authority,
    ``other`` one for another name; each with its key."""

    shop: Shop
    authority: str
    own: tuple[str, str]
    other: tuple[str, str]
    foreign: tuple[str, str]

    def login(self, pair, **more):
        """Settings below ``database.``, by their names without dots."""
        certificate, key = pair
        return {
            "user": USER, "password": "", "ssl.ca": self.authority,
            "ssl.certificate": certificate, "ssl.key": key, **more,
        }  # fmt: skip


@pytest.fixture(scope="module")
def server():
    with tempfile.TemporaryDirectory(prefix="headwater-tls-") as name:
        folder = Path(name)
        # Its account must be able to come back to where it began.
        folder.chmod(0o755)
        postgres = replace(Postgres.find(folder / "postgres", ports.free()), programs=programs())
        postgres.create(PASSWORD)
        files = authority_and_certificate(folder / "tls", NAME)
        authority_and_certificate(folder / "foreign", NAME)
        options = let_in_with_tls_only(postgres, files)
        rules = postgres.folder / "pg_hba.conf"
        rules.write_text(f"hostssl all {USER} 127.0.0.1/32 cert\n{rules.read_text()}")
        authority = postgres.folder / "ca.crt"
        authority.write_bytes(files.authority.read_bytes())
        if postgres.account is not None:
            os.chown(authority, postgres.account.uid, postgres.account.gid)
        with started(postgres, **options, ssl_ca_file="ca.crt") as port:
            with psycopg.connect(Shop(port, None).url, autocommit=True) as connection:
                connection.execute(f"CREATE ROLE {USER} LOGIN SUPERUSER REPLICATION")
            yield port, files.authority.read_text(), folder


@pytest.fixture
def known(server):
    port, authority, folder = server
    with shop_of(port) as shop:
        yield Known(
            shop, authority, client_certificate(folder / "tls", USER),
            client_certificate(folder / "tls", "somebody"),
            client_certificate(folder / "foreign", USER),
        )  # fmt: skip


def captured(known, login):
    config = {f"database_{each.replace('.', '_')}": value for each, value in login.items()}
    return Captured(known.shop, egress=NamedEgress(), database_hostname=NAME, **config)


def test_all_connections_of_changes_log_in_by_the_certificate(known):
    known.shop.run("CREATE TABLE t (id int PRIMARY KEY)", "INSERT INTO t VALUES (1)")
    # As a form with one line for each value gives them.
    login = {name: value.replace("\n", "") for name, value in known.login(known.own).items()}
    with closing(captured(known, login)) as source:
        source.next(1)
        known.shop.run("INSERT INTO t VALUES (2)")
        assert [each.key for each in source.next(1)] == [{"id": 2}]
        found = known.shop.rows(OURS)
        assert {kind for *_, kind in found} == {"walsender", "client backend"}
        assert {name for _, name, _ in found} == {f"/CN={USER}"}


def test_no_key_is_left_in_a_file(known, monkeypatch, tmp_path):
    known.shop.run("CREATE TABLE t (id int PRIMARY KEY)", "INSERT INTO t VALUES (1)")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "there is no such folder"))
    with closing(captured(known, known.login(known.own))) as source:
        source.next(1)


@pytest.mark.parametrize(
    ("which", "match"),
    [
        (None, "requires a valid client certificate"),
        ("other", "[Cc]ertificate authentication failed"),
        ("foreign", "alert (unknown ca|decrypt error)"),
    ],
)
def test_who_is_not_known_is_refused_for_good(known, which, match):
    known.shop.run("CREATE TABLE t (id int PRIMARY KEY)")
    login = {"user": USER, "ssl.ca": known.authority}
    if which is not None:
        login = known.login(getattr(known, which))
    refused(known.shop, NAME, match, **login)
    with pytest.raises(ConnectError, match=match) as raised:
        database(known, login).connected()
    assert not isinstance(raised.value, RetriableError)


def database(known, login, stopping=None):
    url = f"jdbc:postgresql://{NAME}:{known.shop.port}/shop"
    own = {f"connection.{each}": value for each, value in login.items()}
    settings = ConnectionSettings.of(CONNECTION.parse({"connection.url": url, **own}))
    return Database(settings, NamedEgress(), stopping or Event(), read_only=True)


def test_sql_logs_in_by_the_certificate_and_so_does_its_request_to_cancel(known):
    reading = database(known, known.login(known.own))
    with closing(reading):
        with reading.transaction("looking") as connection:
            found = connection.execute(sa.text(OURS)).all()
        assert [tuple(each[:2]) for each in found] == [(USER, f"/CN={USER}")]
        timer = Timer(0.3, reading.interrupt)
        timer.start()
        with (
            pytest.raises(RetriableError, match="cancel"),
            reading.transaction("sleeping") as connection,
        ):
            connection.execute(sa.text("SELECT pg_sleep(60)"))
        timer.join()
