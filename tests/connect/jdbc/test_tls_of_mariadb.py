"""TLS with a real MariaDB: servers are verified by name, and clients known by their certificate."""

from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Event

import pymysql
import pytest
import sqlalchemy as sa

from connect.connectors.jdbc.database import Database
from connect.connectors.jdbc.settings import CONNECTION, ConnectionSettings
from connect.spi.errors import ConnectError, RetriableError
from streaming.cell import tls
from tests.connect.client_certificates import client_certificate
from tests.connect.harness import NamedEgress
from tests.connect.jdbc.databases import PASSWORD, USER, MariaDb

NAME = "shop.test"
CERTIFIED = "certified"


@dataclass
class Safe:
    """``own`` is a certificate that the server knows, ``other`` one for another name."""

    port: int
    authority: str
    foreign: str
    own: tuple[str, str]
    other: tuple[str, str]

    def database(self, host=NAME, **login):
        given = {f"connection.{each.replace('_', '.')}": value for each, value in login.items()}
        config = {"connection.url": f"jdbc:mariadb://{host}:{self.port}/shop", **given}
        config |= {"connection.attempts": "1"}
        settings = ConnectionSettings.of(CONNECTION.parse(config))
        return Database(settings, NamedEgress(), Event(), read_only=True)


@pytest.fixture(scope="module")
def safe(tmp_path_factory):
    if not MariaDb.is_installed():
        pytest.skip("needs: mariadbd (Debian's mariadb-server-core)")
    folder = tmp_path_factory.mktemp("mariadb-tls")
    files = tls.ensure(folder / "tls", NAME, datetime.now(UTC))
    foreign = tls.ensure(folder / "foreign", NAME, datetime.now(UTC))
    options = [
        f"--ssl-ca={files.authority}", f"--ssl-cert={files.certificate}", f"--ssl-key={files.key}",
    ]  # fmt: skip
    with MariaDb.running(folder, *options) as server:
        login = {"host": "127.0.0.1", "port": server.port, "user": USER, "password": PASSWORD}
        with closing(pymysql.connect(**login)) as connection, connection.cursor() as cursor:
            cursor.execute(f"CREATE USER {CERTIFIED} REQUIRE SUBJECT '/CN={CERTIFIED}'")
            cursor.execute(f"GRANT ALL ON shop.* TO {CERTIFIED}")
        yield Safe(
            server.port, files.authority.read_text(), foreign.authority.read_text(),
            client_certificate(folder / "tls", CERTIFIED),
            client_certificate(folder / "tls", "somebody"),
        )  # fmt: skip


def by(pair, **more):
    certificate, key = pair
    return {"user": CERTIFIED, "ssl_certificate": certificate, "ssl_key": key, **more}


def test_a_login_by_certificate(safe):
    database = safe.database(**by(safe.own, ssl_ca=safe.authority))
    with closing(database), database.transaction("looking") as connection:
        assert connection.execute(sa.text("SELECT 1")).scalar() == 1
        (_, cipher) = connection.execute(sa.text("SHOW STATUS LIKE 'Ssl_cipher'")).one()
        assert cipher


def refused(safe, match, **login):
    host = login.pop("host", NAME)
    with pytest.raises(ConnectError, match=match) as raised:
        safe.database(host, **login).connected()
    assert not isinstance(raised.value, RetriableError)


def test_who_is_not_known_is_refused_for_good(safe):
    refused(safe, "Access denied", user=CERTIFIED, ssl_ca=safe.authority)
    refused(safe, "Access denied", **by(safe.other, ssl_ca=safe.authority))


def test_a_server_that_is_not_verified_is_refused_for_good(safe):
    for login in ({"ssl_ca": safe.foreign}, {"ssl_mode": "verify-full"}):
        refused(safe, "certificate verify failed", **by(safe.own, **login))
    refused(safe, "certificate verify failed", **by(safe.own))
    wrong = by(safe.own, ssl_ca=safe.authority, host="other.test")
    refused(safe, "certificate is not valid for 'other.test'", **wrong)


def test_an_authority_is_enough_where_the_name_is_not_asked_for(safe):
    login = by(safe.own, ssl_ca=safe.authority, ssl_mode="verify-ca")
    with closing(safe.database("other.test", **login)) as database:
        database.connected()
