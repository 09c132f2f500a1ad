"""A PostgreSQL whose log can be decoded, and one database of it as the tests write to it."""

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from signal import SIGINT

import psycopg

from streaming.cell.postgres import SUPERUSER, Postgres
from streaming.cell.programs import store_programs

PASSWORD = "changes"
START_TIMEOUT_S = 60.0
# Nothing here is about what a power failure leaves.
SETTINGS = {
    "wal_level": "logical", "max_replication_slots": "4", "fsync": "off",
    "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "off",
    "max_wal_size": "64MB", "min_wal_size": "32MB", "wal_sender_timeout": "3s",
}  # fmt: skip


@dataclass
class Shop:
    """One database."""

    port: int
    connection: psycopg.Connection

    @property
    def config(self) -> dict[str, str]:
        return {
            "database.hostname": "localhost", "database.port": str(self.port),
            "database.user": SUPERUSER, "database.password": PASSWORD,
            "database.dbname": "shop", "topic.prefix": "x",
        }  # fmt: skip

    @property
    def url(self) -> str:
        return f"postgresql://{SUPERUSER}:{PASSWORD}@127.0.0.1:{self.port}/shop"

    def run(self, *statements: str) -> None:
        """In one transaction."""
        with self.connection.transaction():
            for statement in statements:
                self.connection.execute(statement)

    def drop_slot(self) -> None:
        """Once the database has missed whoever had it."""
        free = "SELECT 1 FROM pg_replication_slots WHERE active_pid IS NULL"
        deadline = time.monotonic() + 60
        while not self.rows(free):
            assert time.monotonic() < deadline
            time.sleep(0.01)
        self.connection.execute("SELECT pg_drop_replication_slot('headwater')")

    def rows(self, query: str) -> list[tuple]:
        return self.connection.execute(query).fetchall()


@contextmanager
def started(postgres: Postgres, **more: str) -> Iterator[int]:
    """Its port, and the database ``shop`` in it, until the block is left; ``more`` are settings."""
    (program,) = store_programs(postgres, None)
    settings = {**SETTINGS, **more}
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    program = replace(program, command=(*program.command, *options))
    process = subprocess.Popen(
        program.wrapped(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        deadline = time.monotonic() + START_TIMEOUT_S
        while not postgres.ready(PASSWORD):
            assert process.poll() is None, "PostgreSQL ended"
            assert time.monotonic() < deadline, "PostgreSQL did not start"
            time.sleep(0.02)
        with psycopg.connect(postgres.url(SUPERUSER, PASSWORD, "postgres"), autocommit=True) as own:
            own.execute("CREATE DATABASE shop")
        yield postgres.port
    finally:
        process.send_signal(SIGINT)
        process.wait(timeout=20)


@contextmanager
def shop_of(port: int) -> Iterator[Shop]:
    """With nothing in it, and nothing left of an earlier test."""
    shop = Shop(port, None)
    with psycopg.connect(shop.url, autocommit=True) as shop.connection:
        yield shop
        _free(shop.connection)


def _free(connection: psycopg.Connection) -> None:
    slots = "SELECT slot_name, active_pid FROM pg_replication_slots"
    deadline = time.monotonic() + 60
    while found := connection.execute(slots).fetchall():
        assert time.monotonic() < deadline, found
        for name, pid in found:
            if pid is not None:
                connection.execute("SELECT pg_terminate_backend(%s)", [pid])
            with suppress(psycopg.errors.ObjectInUse, psycopg.errors.UndefinedObject):
                connection.execute("SELECT pg_drop_replication_slot(%s)", [name])
    connection.execute("DROP PUBLICATION IF EXISTS dbz_publication")
    connection.execute("DROP SCHEMA public CASCADE")
    connection.execute("CREATE SCHEMA public")
