"""What the tests do to databases beside the connectors."""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pymysql
import sqlalchemy as sa

from streaming.cell import ports

USER = "loader"
PASSWORD = "p'w%1"
SHARE = Path("/usr/share/mysql")
START_TIMEOUT_S = 60.0


@dataclass
class Target:
    """``url`` is for ``connection.url``, ``engine`` the tests' own way in."""

    url: str
    engine: sa.Engine
    files: str = ""

    @property
    def config(self) -> dict[str, str]:
        if self.files:
            return {"connection.url": self.url}
        return {
            "connection.url": self.url,
            "connection.user": USER,
            "connection.password": PASSWORD,
        }

    def run(self, *statements: str) -> None:
        with self.engine.begin() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with self.engine.connect() as connection:
            return [tuple(row) for row in connection.exec_driver_sql(query)]

    def empty(self) -> None:
        metadata = sa.MetaData()
        metadata.reflect(self.engine)
        metadata.drop_all(self.engine)


@dataclass
class MariaDb:
    port: int

    @staticmethod
    def is_installed() -> bool:
        return shutil.which("mariadbd") is not None

    @classmethod
    @contextmanager
    def running(cls, folder: Path, *options: str) -> Iterator["MariaDb"]:
        """A server in ``folder`` with a database ``shop``, until the block is left; ``options`` are
        the server's own."""
        # A fresh one is 70 MB of zeros to be written: to memory where there is a file system of it.
        memory = Path("/dev/shm") / f"{os.getpid()}-{folder.name}"
        data = memory if memory.parent.is_dir() else folder / "data"
        data.mkdir()
        try:
            _bootstrap(data)
            port = ports.free()
            with _server(data, port, *options):
                yield cls(port)
        finally:
            shutil.rmtree(data)


def _command(data: Path) -> list[str]:
    user = ["--user=root"] if os.geteuid() == 0 else []
    return [
        "mariadbd", "--no-defaults", *user, f"--datadir={data}", "--innodb-log-file-size=4M",
        "--innodb-buffer-pool-size=16M", "--innodb-flush-method=nosync",
        "--innodb-flush-log-at-trx-commit=0", "--skip-log-bin",
    ]  # fmt: skip


def _bootstrap(data: Path) -> None:
    text = PASSWORD.replace("'", "''")
    script = "\n".join([
        "CREATE DATABASE mysql;",
        "USE mysql;",
        (SHARE / "mysql_system_tables.sql").read_text(),
        "FLUSH PRIVILEGES;",
        f"CREATE USER '{USER}'@'%' IDENTIFIED BY '{text}';",
        "CREATE DATABASE shop CHARACTER SET utf8mb4;",
        f"GRANT ALL ON *.* TO '{USER}'@'%' WITH GRANT OPTION;",
        "",
    ])  # fmt: skip
    subprocess.run(
        [*_command(data), "--bootstrap"],
        input=script.encode(), capture_output=True, check=True, timeout=START_TIMEOUT_S,
    )  # fmt: skip


@contextmanager
def _server(data: Path, port: int, *options: str) -> Iterator[None]:
    process = subprocess.Popen(
        [
            *_command(data), "--bind-address=127.0.0.1", f"--port={port}",
            f"--socket={data}/socket", f"--pid-file={data}/pid", *options,
        ],
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        deadline = time.monotonic() + START_TIMEOUT_S
        while True:
            try:
                pymysql.connect(host="127.0.0.1", port=port, user=USER, password=PASSWORD).close()
                break
            except pymysql.err.OperationalError:
                assert process.poll() is None, "mariadbd ended"
                assert time.monotonic() < deadline, "mariadbd did not start"
                time.sleep(0.05)
        yield
    finally:
        process.kill()
        process.wait()
