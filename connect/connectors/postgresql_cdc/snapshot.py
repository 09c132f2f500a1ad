"""The tables as they were at one point of the log, before the changes behind it."""

import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

from psycopg import sql

from connect.connectors.postgresql_cdc.catalog import PublishedTable
from connect.connectors.postgresql_cdc.changes import sequence
from connect.connectors.postgresql_cdc.envelope import READ, source_base
from connect.connectors.postgresql_cdc.messages import Row
from connect.connectors.postgresql_cdc.position import snapshot_offset
from connect.connectors.postgresql_cdc.server import Connection, told
from connect.connectors.postgresql_cdc.settings import Settings
from connect.connectors.postgresql_cdc.table import Table
from connect.spi.records import SourceRecord

_BEGIN: Final = sql.SQL("BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
_CURSOR: Final = sql.Identifier("headwater_snapshot")


class Snapshot:
    """Of ``tables``, which are those of one moment: see ``imported``. Rows are held one fetch at a
    time."""

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
        held: SourceRecord | None = None
        for table, published in self._tables:
            for rows in self._fetched(table, published):
                records = [self._record(table, row) for row in rows]
                if held is not None:
                    records.insert(0, held)
                held = records.pop()
                if records:
                    yield records
        if held is not None:
            # Tables that were read are locked against changes of their shape until the end.
            with told("ending a snapshot"):
                self._connection.execute("COMMIT")
            yield [self._last(held)]

    def close(self) -> None:
        self._connection.close()

    def _fetched(self, table: Table, published: PublishedTable) -> Iterator[list[Row]]:
        name = sql.Identifier(published.schema, published.name)
        columns = sql.SQL(", ").join(map(sql.Identifier, table.column_names))
        # The database's own text of the publication's condition.
        where = sql.SQL(f" WHERE {published.filter}" if published.filter else "")
        declare = sql.SQL("DECLARE {} NO SCROLL CURSOR FOR SELECT {} FROM {}").format(
            _CURSOR, columns, name
        )
        fetch = sql.SQL("FETCH FORWARD {} FROM {}").format(
            sql.SQL(str(self._settings.fetch_rows)),
            _CURSOR,
        )
        width = range(len(table.column_names))
        with told(f"reading {published.schema}.{published.name} of {self._settings.where}"):
            self._connection.execute(declare + where)
            while True:
                result = self._connection.execute(fetch).pgresult
                assert result is not None
                if not result.ntuples:
                    break
                get = result.get_value
                yield [[get(row, each) for each in width] for row in range(result.ntuples)]
            self._connection.execute(sql.SQL("CLOSE {}").format(_CURSOR))

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
