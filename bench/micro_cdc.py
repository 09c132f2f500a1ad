"""What the PostgreSQL CDC source reaches: ``python -m bench.micro_cdc [--changes N] [--rate N]``.

One task, its records made into JSON without a schema, as the runtime would; no brokers. First what
was written beforehand is read as fast as it goes (changes a second, and CPU of this process per
million, of the database beside it not counted). Then changes are written at a steady rate, in
transactions of a hundred, and the lag of each is told: from its transaction's commit to the moment
in which its records are JSON. A database of its own, with durability on.
"""

import argparse
import logging
import multiprocessing
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Event
from types import SimpleNamespace
from typing import Any

import psycopg

from connect.connectors.postgresql_cdc.connector import PostgresqlCdcConnector
from connect.connectors.postgresql_cdc.source import PostgresqlCdcTask
from connect.converters.json import JsonConverter
from connect.spi.egress import Address
from connect.spi.records import SourceRecord
from streaming.cell import ports
from streaming.cell.postgres import SUPERUSER, Postgres
from streaming.cell.programs import store_programs

TABLE = (
    "CREATE TABLE t (id bigint PRIMARY KEY, name text, amount bigint, price numeric(10, 2), "
    "at timestamptz)"
)
INSERT = (
    "INSERT INTO t SELECT n, 'name ' || n, n, n / 7.0, now() FROM generate_series(%s::bigint, %s) n"
)
PASSWORD = "bench"
TRANSACTION = 100
WRITTEN_FIRST = 10_000_000
"""Ids of the second part begin here."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--changes", type=int, default=200_000)
    parser.add_argument("--rate", type=int, default=20_000, help="changes a second")
    parser.add_argument("--seconds", type=int, default=10, help="how long at that rate")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="headwater-bench-") as folder:
        Path(folder).chmod(0o755)
        with _postgresql(Path(folder)) as url:
            _run(url, arguments)


def _run(url: str, arguments: argparse.Namespace) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(TABLE)
        task = _task(url)
        try:
            _measure(connection, task, url, arguments)
        finally:
            # The database does not shut down before all who read from it have gone.
            task.stop()


def _measure(
    connection: psycopg.Connection[Any],
    task: PostgresqlCdcTask,
    url: str,
    arguments: argparse.Namespace,
) -> None:
    changes, rate, seconds = arguments.changes, arguments.rate, arguments.seconds
    written = _converted()
    while not task.poll():
        continue
    for start in range(1, changes, TRANSACTION):
        connection.execute(INSERT, [start, start + TRANSACTION - 1])
    began, cpu = time.perf_counter(), time.process_time()
    _read(task, written, changes)
    took, spent = time.perf_counter() - began, time.process_time() - cpu
    print(f"reading:        {changes / took:>9,.0f} changes/s")
    print(f"CPU:            {spent / changes * 1e6:>9.1f} s per million")
    writer = multiprocessing.Process(target=_write, args=(url, rate, seconds), daemon=True)
    writer.start()
    cpu = time.process_time()
    lags = _read(task, written, rate * seconds)
    writer.join()
    print(f"driven at {rate:,} changes/s for {seconds} s:")
    for name, share in (("p50", 0.5), ("p99", 0.99), ("max", 1.0)):
        print(f"lag {name}:        {lags[min(len(lags) - 1, int(share * len(lags)))]:>9,} ms")
    print(f"CPU:            {(time.process_time() - cpu) / seconds:>9.2f} cores")


def _read(
    task: PostgresqlCdcTask, written: Callable[[SourceRecord], None], changes: int
) -> list[int]:
    """Sorted lags, in ms."""
    lags = []
    while len(lags) < changes:
        batch = task.poll()
        for record in batch:
            written(record)
        now_ms = time.time_ns() // 1_000_000
        rows = [record for record in batch if record.topic == "bench.public.t"]
        lags += [now_ms - record.value["source"]["ts_ms"] for record in rows]
        if batch:
            task.commit([(batch[-1].source_partition, batch[-1].source_offset)])
    return sorted(lags)


def _converted() -> Callable[[SourceRecord], None]:
    keys, values = (
        JsonConverter({"schemas.enable": "false"}, is_key=is_key) for is_key in (True, False)
    )

    def write(record: SourceRecord) -> None:
        keys.to_bytes(record.topic, record.key_schema, record.key, ())
        values.to_bytes(record.topic, record.value_schema, record.value, ())

    return write


def _write(url: str, rate: int, seconds: int) -> None:
    """At an even pace, from a process of its own."""
    with psycopg.connect(url, autocommit=True) as connection:
        begun = time.monotonic()
        for number in range(rate * seconds // TRANSACTION):
            wait = begun + number * TRANSACTION / rate - time.monotonic()
            if wait > 0:
                time.sleep(wait)
            start = WRITTEN_FIRST + number * TRANSACTION
            connection.execute(INSERT, [start, start + TRANSACTION - 1])


def _task(url: str) -> PostgresqlCdcTask:
    port = url.rpartition("@")[2].partition("/")[0].partition(":")[2]
    config = PostgresqlCdcConnector.config.parse({
        "database.hostname": "127.0.0.1", "database.port": port, "database.user": SUPERUSER,
        "database.password": PASSWORD, "database.dbname": "postgres", "topic.prefix": "bench",
    })  # fmt: skip
    context: Any = SimpleNamespace(
        egress=SimpleNamespace(resolve=lambda host, port: [Address("127.0.0.1", port)]),
        offsets=SimpleNamespace(read=lambda partitions: [None for _ in partitions]),
        stopping=Event(), log=logging.getLogger("bench"),
    )  # fmt: skip
    task = PostgresqlCdcTask()
    task.start(config, context)
    return task


@contextmanager
def _postgresql(folder: Path) -> Iterator[str]:
    postgres = Postgres.find(folder / "postgres", ports.free())
    postgres.create(PASSWORD)
    (program,) = store_programs(postgres, None)
    program = replace(program, command=(*program.command, "-c", "wal_level=logical"))
    process = subprocess.Popen(
        program.wrapped(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        while not postgres.ready(PASSWORD):
            time.sleep(0.1)
        yield f"postgresql://{SUPERUSER}:{PASSWORD}@127.0.0.1:{postgres.port}/postgres"
    finally:
        process.send_signal(signal.SIGINT)
        process.wait()


if __name__ == "__main__":
    main()
