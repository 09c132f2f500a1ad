"""What the JDBC sink reaches: ``python -m bench.micro_jdbc [--rows N] [--rounds N] [--texts]``.

Rows a second of an upsert into PostgreSQL by one task, half of the rows new and half there already,
beside what PostgreSQL takes of the same rows at all: ``COPY`` into a staging table and a merge.
Both in turn in each round, the best of all rounds; a database of its own, with durability on. With
``--texts`` prices are decimals and times texts, as JSON without a schema has them.
"""

import argparse
import logging
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from types import SimpleNamespace
from typing import Any

import psycopg

from connect.connectors.jdbc.sink import JdbcSinkConnector, JdbcSinkTask
from connect.spi.egress import Address
from connect.spi.records import SinkRecord
from connect.spi.schema import FLOAT64, INT64, STRING, TIMESTAMP, Field, Schema, struct
from streaming.cell import ports
from streaming.cell.postgres import SUPERUSER, Postgres
from streaming.cell.programs import store_programs

KEY: Schema = struct(Field("id", INT64))
VALUE: Schema = struct(
    Field("name", STRING), Field("amount", INT64), Field("price", FLOAT64), Field("at", TIMESTAMP)
)
TABLE = "(id bigint PRIMARY KEY, name text, amount bigint, price double precision, at timestamptz)"
AS_TEXTS = TABLE.replace("double precision", "numeric")
PASSWORD = "bench"
PUT = 3000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--texts", action="store_true")
    arguments = parser.parse_args()
    table, records = (AS_TEXTS, _texts) if arguments.texts else (TABLE, _records)
    with tempfile.TemporaryDirectory(prefix="headwater-bench-") as folder:
        Path(folder).chmod(0o755)
        with _postgresql(Path(folder)) as url:
            found = [
                _round(url, table, list(records(arguments.rows))) for _ in range(arguments.rounds)
            ]
    sink, staged = (max(each) for each in zip(*found, strict=True))
    print(f"sink, upsert:          {sink:>9,.0f} rows/s")
    print(f"COPY, staging, merge:  {staged:>9,.0f} rows/s")
    print(f"ratio:                 {sink / staged:>9.2f}")


def _round(url: str, table: str, records: list[SinkRecord]) -> tuple[float, float]:
    rows = len(records)
    with psycopg.connect(url, autocommit=True) as connection:
        taken = []
        for write in (_sink(url), _staging(connection, table)):
            connection.execute("DROP TABLE IF EXISTS t")
            connection.execute(f"CREATE TABLE t {table}")
            connection.execute(
                "INSERT INTO t SELECT n, 'old', 0, 0, now() FROM generate_series(1, %s, 2) n",
                [rows],
            )
            begun = time.perf_counter()
            for start in range(0, rows, PUT):
                write(records[start : start + PUT])
            taken.append(rows / (time.perf_counter() - begun))
            counted = connection.execute("SELECT count(*) FROM t WHERE name <> 'old'").fetchone()
            assert counted == (rows,)
    return taken[0], taken[1]


def _records(rows: int) -> Iterator[SinkRecord]:
    at = datetime(2024, 1, 1, tzinfo=UTC)
    for number in range(1, rows + 1):
        value = {"name": f"name {number}", "amount": number, "price": number / 7, "at": at}
        yield SinkRecord("t", 0, number, {"id": number}, value, key_schema=KEY, value_schema=VALUE)


def _texts(rows: int) -> Iterator[SinkRecord]:
    for number in range(1, rows + 1):
        at = f"2024-01-01T00:00:{number % 60:02}.5Z"
        price = f"{number / 7:.2f}"
        value = {"name": f"name {number}", "amount": number, "price": price, "at": at}
        yield SinkRecord("t", 0, number, {"id": number}, value, key_schema=KEY)


def _sink(url: str) -> Callable[[list[SinkRecord]], None]:
    address, _, database = url.rpartition("@")[2].partition("/")
    config = JdbcSinkConnector.config.parse({
        "connection.url": f"jdbc:postgresql://{address}/{database}",
        "connection.user": SUPERUSER, "connection.password": PASSWORD,
        "insert.mode": "upsert", "pk.mode": "record_key",
    })  # fmt: skip
    context: Any = SimpleNamespace(
        egress=SimpleNamespace(resolve=lambda host, port: [Address("127.0.0.1", port)]),
        stopping=Event(), log=logging.getLogger("bench"), retry_after=lambda seconds: None,
    )  # fmt: skip
    task = JdbcSinkTask()
    task.start(config, context)
    return task.put


def _staging(connection: psycopg.Connection[Any], table: str) -> Callable[[list[SinkRecord]], None]:
    connection.execute(f"CREATE TEMPORARY TABLE IF NOT EXISTS staging {table}")

    def write(records: list[SinkRecord]) -> None:
        with connection.transaction(), connection.cursor() as cursor:
            cursor.execute("TRUNCATE staging")
            with cursor.copy("COPY staging FROM STDIN") as copy:
                for record in records:
                    copy.write_row((record.key["id"], *record.value.values()))
            cursor.execute(
                "INSERT INTO t SELECT * FROM staging ON CONFLICT (id) DO UPDATE SET "
                "name = EXCLUDED.name, amount = EXCLUDED.amount, price = EXCLUDED.price, "
                "at = EXCLUDED.at"
            )

    return write


@contextmanager
def _postgresql(folder: Path) -> Iterator[str]:
    postgres = Postgres.find(folder / "postgres", ports.free())
    postgres.create(PASSWORD)
    process = subprocess.Popen(
        store_programs(postgres, folder / "unused")[0].wrapped(),
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        while not postgres.ready(PASSWORD):
            time.sleep(0.1)
        yield f"postgresql://{SUPERUSER}:{PASSWORD}@127.0.0.1:{postgres.port}/postgres"
    finally:
        process.send_signal(signal.SIGINT)
        process.wait()


if __name__ == "__main__":
    main()
