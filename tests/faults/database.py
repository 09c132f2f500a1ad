"""A service's own PostgreSQL, as its administrator sees it: dumped, and restored from a dump."""

import subprocess
from pathlib import Path
from typing import Any, LiteralString
from urllib.parse import urlsplit

import psycopg

from streaming.cell.instance import Instance
from streaming.cell.postgres import DATABASE, OWNER, SUPERUSER, Postgres


class Database:
    def __init__(self, data_dir: Path) -> None:
        instance = Instance.load(data_dir, {})
        port = urlsplit(instance.database_url).port
        assert port is not None
        postgres = Postgres.find(data_dir / "postgres", port)
        password = instance.secrets.database_superuser_password
        self._programs = postgres.programs
        self._maintenance = postgres.url(SUPERUSER, password, "postgres")
        self._url = lambda name: postgres.url(SUPERUSER, password, name)

    def dump(self, file: Path) -> None:
        self._program("pg_dump", "--format=custom", f"--file={file}", self._url(DATABASE))

    def restore(self, file: Path) -> None:
        """Made beside the one that is in use, which it then replaces: connections break."""
        with psycopg.connect(self._maintenance, autocommit=True) as connection:
            connection.execute("DROP DATABASE IF EXISTS forgotten")
            connection.execute(f"CREATE DATABASE restored OWNER {OWNER}")
            self._program("pg_restore", f"--dbname={self._url('restored')}", str(file))
            connection.execute(f"ALTER DATABASE {DATABASE} ALLOW_CONNECTIONS false")
            connection.execute(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s",
                [DATABASE],
            )
            connection.execute(f"ALTER DATABASE {DATABASE} RENAME TO forgotten")
            connection.execute(f"ALTER DATABASE restored RENAME TO {DATABASE}")

    def partition(self, topic: str) -> Any:
        """Leader, leader epoch and in-sync replicas of its only partition."""
        return self._one(
            "SELECT leader, leader_epoch, isr FROM brokers_partition JOIN brokers_topic AS topic"
            " ON topic.id = topic_id WHERE name = %s",
            [topic],
        )

    def reported(self) -> list[int]:
        """The brokers that have reported in the halt that there is now."""
        return self._one(
            "SELECT array_remove(array_agg(report.id ORDER BY report.id), NULL)"
            " FROM brokers_controlstate LEFT JOIN brokers_replicareportrow AS report ON true"
            " WHERE halted_at IS NOT NULL",
            [],
        )[0]  # fmt: skip

    def _one(self, query: LiteralString, parameters: list[Any]) -> Any:
        with psycopg.connect(self._url(DATABASE)) as connection:
            return connection.execute(query, parameters).fetchone()

    def _program(self, name: str, *arguments: str) -> None:
        subprocess.run([self._programs / name, *arguments], check=True, timeout=60)
