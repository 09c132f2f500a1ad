"""Databases for the tests: PostgreSQL of the test run, MariaDB where installed, SQLite."""

from collections.abc import Iterator
from urllib.parse import quote

import psycopg
import pytest
import sqlalchemy as sa
from django.conf import settings
from psycopg import sql

from streaming.cell.postgres import SUPERUSER
from tests.connect.jdbc.databases import PASSWORD, USER, MariaDb, Target


@pytest.fixture(scope="session")
def postgresql_target(stores) -> Iterator[Target]:
    url = stores.url(SUPERUSER, settings.HEADWATER.secrets.database_superuser_password)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(sql.Identifier(USER), PASSWORD)
        )
        # Nothing here is about what a power failure leaves.
        connection.execute(f"ALTER ROLE {USER} SET synchronous_commit = off")
        connection.execute(f"CREATE DATABASE shop OWNER {USER}")
    engine = sa.create_engine(
        f"postgresql+psycopg://{USER}:{quote(PASSWORD)}@127.0.0.1:{stores.port}/shop"
    )
    yield Target(f"jdbc:postgresql://localhost:{stores.port}/shop", engine)
    engine.dispose()


@pytest.fixture(scope="session")
def mariadb_target(tmp_path_factory) -> Iterator[Target]:
    if not MariaDb.is_installed():
        pytest.skip("needs: mariadbd (Debian's mariadb-server-core)")
    with MariaDb.running(tmp_path_factory.mktemp("mariadb")) as server:
        engine = sa.create_engine(
            f"mariadb+pymysql://{USER}:{quote(PASSWORD)}@127.0.0.1:{server.port}/shop"
        )
        yield Target(f"jdbc:mariadb://localhost:{server.port}/shop", engine)
        engine.dispose()


@pytest.fixture(scope="session")
def sqlite_target(tmp_path_factory) -> Iterator[Target]:
    folder = tmp_path_factory.mktemp("sqlite")
    engine = sa.create_engine(f"sqlite:///{folder / 'shop.db'}")
    yield Target("sqlite:///shop.db", engine, files=str(folder))
    engine.dispose()


@pytest.fixture(params=["postgresql", "mariadb", "sqlite"])
def target(request, monkeypatch) -> Target:
    """One of the databases, with nothing in it."""
    return _emptied(request.getfixturevalue(f"{request.param}_target"), monkeypatch)


@pytest.fixture
def postgresql(postgresql_target, monkeypatch) -> Target:
    return _emptied(postgresql_target, monkeypatch)


@pytest.fixture
def mariadb(mariadb_target, monkeypatch) -> Target:
    return _emptied(mariadb_target, monkeypatch)


@pytest.fixture
def sqlite(sqlite_target, monkeypatch) -> Target:
    return _emptied(sqlite_target, monkeypatch)


def _emptied(target: Target, monkeypatch) -> Target:
    target.empty()
    if target.files:
        monkeypatch.setenv("HEADWATER_CONNECT_FILES", target.files)
    return target
