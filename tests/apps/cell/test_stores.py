"""The embedded stores as services meet them: locked, on loopback, with no more rights than due."""

import psycopg
import pytest
import redis
from django.conf import settings
from django.db import connection

from streaming.cell import ports
from streaming.cell.postgres import SUPERUSER, Postgres, _way_to_synchronize
from streaming.cell.programs import store_programs
from tests import private_stores
from tests.waiting import wait_until

INSTANCE = settings.HEADWATER


@pytest.fixture(scope="module")
def service_role(stores):
    with psycopg.connect(INSTANCE.database_url, autocommit=True) as connection:
        yield connection


def test_the_service_role_is_bound_by_row_level_security(service_role):
    row = service_role.execute(
        "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb FROM pg_roles"
        " WHERE rolname = current_user"
    ).fetchone()

    assert row == (False, False, False, False)


def test_the_service_role_owns_nothing_and_makes_nothing(django_db_setup, service_role):
    owned = "SELECT count(*) FROM pg_class WHERE relowner = current_user::regrole"
    assert service_role.execute(owned).fetchone() == (0,)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        service_role.execute("CREATE TABLE mine (n int)")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        service_role.execute("ALTER TABLE tenants_tenant DISABLE ROW LEVEL SECURITY")


def test_the_service_role_can_use_what_the_migrations_made(django_db_setup, service_role):
    tables = (
        "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
    )
    for (table,) in service_role.execute(tables).fetchall():
        granted = service_role.execute(
            "SELECT has_table_privilege(current_user, %s::regclass, 'SELECT')", [f'"{table}"']
        ).fetchone()
        assert granted == (True,), table


def test_nothing_is_traded_for_speed(tmp_path_factory):
    """By the command that a deployment runs; the tests' own server is told to wait for no disk."""
    password = "of-this-test"
    settings_on = ("fsync", "synchronous_commit", "full_page_writes", "data_checksums")
    postgres = Postgres.find(tmp_path_factory.mktemp("durable") / "postgres", ports.free())
    postgres.create(password)
    (program,) = store_programs(postgres, None)
    with private_stores.started(program):
        wait_until(lambda: postgres.ready(password), "PostgreSQL's start")
        with psycopg.connect(postgres.url(SUPERUSER, password, "postgres")) as connection:
            for setting in settings_on:
                assert connection.execute(f"SHOW {setting}").fetchone() == ("on",), setting


@pytest.mark.parametrize("release", ["5.8.0", "5.10.0-28-amd64", "6.18.44", "10.0"])
def test_a_crash_start_synchronizes_by_one_call_where_that_tells_of_failures(release):
    assert _way_to_synchronize("linux", release) == {"recovery_init_sync_method": "syncfs"}


@pytest.mark.parametrize(
    ("system", "release"),
    [("linux", "5.7.19"), ("linux", "4.19.0-26"), ("linux", "none"), ("darwin", "23.1.0")],
)
def test_elsewhere_it_synchronizes_file_by_file(system, release):
    assert _way_to_synchronize(system, release) == {}


def test_postgresql_listens_on_loopback_and_asks_for_scram(stores, service_role):
    assert service_role.execute("SHOW listen_addresses").fetchone() == ("127.0.0.1",)
    assert service_role.execute("SHOW password_encryption").fetchone() == ("scram-sha-256",)
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(stores.url("headwater_service", "wrong"))
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(stores.url("postgres", "", "postgres"))


def test_valkey_asks_for_its_password_and_bounds_its_memory(stores):
    host = redis.Redis.from_url(INSTANCE.redis_url)
    assert int(host.config_get("maxmemory")["maxmemory"]) == 128 * 1024 * 1024
    port = host.connection_pool.connection_kwargs["port"]
    host.close()
    with redis.Redis(port=port) as stranger, pytest.raises(redis.AuthenticationError):
        stranger.ping()


def test_roles_can_be_ensured_again(stores):
    stores.ensure_roles(INSTANCE.secrets)
    assert stores.exists


@pytest.mark.django_db
def test_django_speaks_as_the_service_role():
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        assert cursor.fetchone() == ("headwater_service",)
