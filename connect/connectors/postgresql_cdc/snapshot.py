"""The tables as they were at one point of the log, before the changes behind it."""

import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

from psycopg import sql

from connect.connectors.postgresql_cdc.catalog import PublishedTable
from connect.connectors.postgresql_cdc.changes import sequence
from connect.connectors.postgresql_cdc.copied_rows import copied_rows, fields
from connect.connectors.postgresql_cdc.envelope import READ, source_base
from connect.connectors.postgresql_cdc.limits import BATCH_BYTES
from connect.connectors.postgresql_cdc.messages import Row
from connect.connectors.postgresql_cdc.position import snapshot_offset
from connect.connectors.postgresql_cdc.server import Connection, told
from connect.connectors.postgresql_cdc.settings import Settings
from connect.connectors.postgresql_cdc.table import Table
from connect.spi.records import SourceRecord

_BEGIN: Final = sql.SQL("BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")


class Snapshot:
    """Of ``tables``, which are those of one moment: see ``imported``. Held are the rows of a batch,
    and one more: the last of all says that it is."""

    def __init__(
        self,
        connection: Connection,
        settings: Settings,
        tables: list[tuple[Table, PublishedTable]],
        lsn: int,
    ) -> None:
        self._connection = connection
        self._settings = settings
        self._tables = tables
        self.lsn = lsn
        self._batches = self._read()
        self._source = source_base(settings.prefix, settings.database)

    def batch(self) -> list[SourceRecord] | None:
        """The next rows, None behind the last, which says that it is. Raises ``ConnectError``, and
        is of no use after that."""
        return next(self._batches, None)

    def _read(self) -> Iterator[list[SourceRecord]]:
        batch: list[SourceRecord] = []
        room = BATCH_BYTES
        for record, size in self._records():
            if batch and (len(batch) == self._settings.fetch_rows or size > room):
                yield batch
                batch, room = [], BATCH_BYTES
            batch.append(record)
            room -= size
        if batch:
            # Tables that were read are locked against changes of their shape until the end.
            with told("ending a snapshot"):
                self._connection.execute("COMMIT")
            yield [*batch[:-1], self._last(batch[-1])]

    def close(self) -> None:
        self._connection.close()

    def _records(self) -> Iterator[tuple[SourceRecord, int]]:
        """All rows, and how many bytes each is as the database sends it."""
        for table, published in self._tables:
            name = sql.Identifier(published.schema, published.name)
            columns = sql.SQL(", ").join(map(sql.Identifier, table.column_names))
            # The database's own text of the publication's condition.
            where = sql.SQL(f" WHERE {published.filter}" if published.filter else "")
            query = sql.SQL("SELECT {} FROM {}").format(columns, name) + where
            with told(f"reading {published.schema}.{published.name} of {self._settings.where}"):
                for line in copied_rows(self._connection, query):
                    yield self._record(table, fields(line)), len(line)

    def _record(self, table: Table, row: Row) -> SourceRecord:
        after = table.value(row)
        now_ms = time.time_ns() // 1_000_000
        value = {
            "before": None,
            "after": after,
            "source": {
                **self._source,
                "ts_ms": now_ms,
                "snapshot": "true",
                "sequence": sequence(None, self.lsn),
                "schema": table.relation.schema,
                "table": table.relation.table,
                "txId": None,
                "lsn": self.lsn,
            },
            "op": READ,
            "ts_ms": now_ms,
        }
        return SourceRecord(
            table.topic,
            table.key(after),
            value,
            source_partition={"server": self._settings.prefix},
            source_offset=snapshot_offset(self.lsn, is_last=False),
            key_schema=table.key_schema,
            value_schema=table.envelope_schema,
        )

    def _last(self, record: SourceRecord) -> SourceRecord:
        value: dict[str, Any] = {
            **record.value,
            "source": {**record.value["source"], "snapshot": "last"},
        }
        return replace(record, value=value, source_offset=snapshot_offset(self.lsn, is_last=True))


def imported(connection: Connection, snapshot: str) -> None:
    """Begin a transaction that sees what ``snapshot``, exported elsewhere, saw."""
    with told("beginning a snapshot"):
        connection.execute(_BEGIN)
        connection.execute(sql.SQL("SET TRANSACTION SNAPSHOT {}").format(sql.Literal(snapshot)))


def begun(connection: Connection) -> int:
    """Begin a transaction of its own; where in the log it is, at the latest."""
    with told("beginning a snapshot"):
        connection.execute(_BEGIN)
        row = connection.execute("SELECT pg_current_wal_lsn() - '0/0'::pg_lsn AS lsn").fetchone()
    assert row is not None
    return int(row["lsn"])
