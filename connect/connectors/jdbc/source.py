"""The source: its description and its task."""

import time
import zlib
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import ClassVar, Final

from connect.connectors.held_bytes import held_bytes
from connect.connectors.jdbc.database import Database
from connect.connectors.jdbc.faults import TableChanged
from connect.connectors.jdbc.position import Values
from connect.connectors.jdbc.reader import Reader, order_of, source_partition
from connect.connectors.jdbc.settings import ConnectionSettings
from connect.connectors.jdbc.source_settings import SOURCE, Mode, SourceSettings
from connect.connectors.jdbc.tables import (
    Relation,
    query_relation,
    relation_names,
    table_relation,
)
from connect.connectors.jdbc.url import Backend
from connect.spi.config import Config, ConfigDef
from connect.spi.connector import SourceConnector
from connect.spi.egress import Target
from connect.spi.errors import ConnectError
from connect.spi.records import SourceRecord
from connect.spi.task import SourceContext, SourceTask

POLL_SECONDS: Final = 1.0
BATCH_BYTES: Final = 4 * 2**20
"""Of a batch's values in memory; the row that goes beyond is the last of it."""
LATE_COMMIT_SECONDS: Final = 0.1
"""How soon to look again whether transactions have ended."""

Unit = tuple[str | None, str, int]
"""(schema, table, slice)."""


class JdbcSourceTask(SourceTask):
    """Reads its share of the tables in turn, a page of each. Rows are held a batch at a time."""

    def start(self, config: Config, context: SourceContext) -> None:
        self._context = context
        self._settings = settings = SourceSettings.of(config)
        self._database = Database(
            settings.connection, context.egress, context.stopping, read_only=True
        )
        self._readers: dict[Unit, Reader] = {}
        self._page: tuple[Reader, Iterator[SourceRecord]] | None = None
        self._look_at_tables = 0.0
        self._database.connected()

    def poll(self) -> Sequence[SourceRecord]:
        """
        Raises:
            RetriableError: the database cannot be read now; goes on after what was handed on last.
            ConnectError: it will not be read.
        """
        until = time.monotonic() + POLL_SECONDS
        while not self._context.stopping.is_set():
            try:
                if records := self._next_records():
                    return records
            except TableChanged:
                self._page, self._look_at_tables = None, 0.0
                raise
            except ConnectError as error:
                self._page = None
                if self._context.stopping.is_set():
                    break
                raise error
            now = time.monotonic()
            if now >= until:
                break
            wake = min((reader.due for reader in self._readers.values()), default=until)
            self._context.stopping.wait(max(0.0, min(wake, until) - now))
        return []

    def stop(self) -> None:
        self._database.interrupt()

    def _next_records(self) -> list[SourceRecord]:
        """Records of the page that is being read, or of the next; [] when nothing is due."""
        if self._page is None:
            if time.monotonic() >= self._look_at_tables:
                self._find_tables()
            reader = self._due()
            if reader is None:
                return []
            self._page = (reader, reader.records(self._database))
        reader, page = self._page
        records: list[SourceRecord] = []
        room = BATCH_BYTES
        for record in page:
            records.append(record)
            room -= held_bytes(record.value)
            if len(records) == self._settings.batch_rows or room <= 0:
                return records
        self._page = None
        reader.due = time.monotonic() + self._pause(reader)
        return records

    def _pause(self, reader: Reader) -> float:
        if reader.more:
            return 0.0
        poll = self._settings.poll_seconds
        return min(poll, LATE_COMMIT_SECONDS) if reader.waits else poll

    def _due(self) -> Reader | None:
        """The one that has waited longest."""
        reader = min(self._readers.values(), key=lambda each: each.due, default=None)
        return reader if reader is not None and reader.due <= time.monotonic() else None

    def _find_tables(self) -> None:
        """Notice tables that are new, gone or changed; those that stay go on where they are."""
        found: dict[Unit, Reader] = {}
        for relation in self._relations():
            order = order_of(relation, self._settings)
            for part in range(self._settings.slices):
                unit = (relation.schema, relation.name, part)
                if not self._is_mine(relation, part):
                    continue
                reader = self._readers.get(unit)
                if reader is None:
                    position = self._stored(relation, part)
                    reader = Reader(self._settings, relation, part, position, order, self._first())
                    self._context.log.info("reading %s", reader.partition)
                reader.relation, reader.order = relation, order
                found[unit] = reader
        self._readers = found
        self._look_at_tables = time.monotonic() + self._settings.tables_seconds

    def _relations(self) -> list[Relation]:
        if self._settings.query:
            return [query_relation(self._database, self._settings)]
        with self._database.transaction("looking for tables") as connection:
            return [
                table_relation(connection, self._settings, schema, name, is_view)
                for schema, name, is_view in relation_names(connection, self._settings)
                if any(
                    self._owner(schema, name, part) == self._context.task_number
                    for part in range(self._settings.slices)
                )
            ]

    def _is_mine(self, relation: Relation, part: int) -> bool:
        return self._owner(relation.schema, relation.name, part) == self._context.task_number

    def _owner(self, schema: str | None, name: str, part: int) -> int:
        """The task that reads a slice: the same whoever asks, and whatever tables come or go."""
        spread = zlib.crc32(f"{schema}.{name}".encode())
        for place, pattern in enumerate(self._settings.include if self._settings.units else ()):
            if pattern.pattern.rpartition(".")[2] == name:
                # Named one by one, they are dealt evenly.
                spread = place * self._settings.slices
        return (spread + part) % self._settings.tasks

    def _first(self) -> datetime | None:
        initial = self._settings.initial_ms
        if initial is None:
            return None
        seconds = time.time() if initial == -1 else initial / 1000
        return datetime.fromtimestamp(seconds, UTC)

    def _stored(self, relation: Relation, part: int) -> Values | None:
        settings = self._settings
        if settings.mode is Mode.BULK:
            return None
        partition = source_partition(settings, relation, part)
        offset = self._context.offsets.read([partition])[0]
        text = settings.connection.url.backend is Backend.SQLITE
        return order_of(relation, settings).position(offset, text=text)


class JdbcSourceConnector(SourceConnector):
    name: ClassVar[str] = "jdbc-source"
    aliases: ClassVar[tuple[str, ...]] = (
        "io.confluent.connect.jdbc.JdbcSourceConnector",
        "io.aiven.connect.jdbc.JdbcSourceConnector",
    )
    version: ClassVar[str] = "1.0.0"
    title: ClassVar[str] = "Database (SQL)"
    doc: ClassVar[str] = (
        "Reads tables, or a query, of PostgreSQL, MySQL, MariaDB or SQLite into topics: all of "
        "them each time, or what is new or changed."
    )
    config: ClassVar[ConfigDef] = SOURCE
    task: ClassVar[type[SourceTask]] = JdbcSourceTask
    exactly_once: ClassVar[bool] = True

    def __init__(self, config: Config) -> None:
        super().__init__(config)
        SourceSettings.of(config)

    def targets(self) -> Sequence[Target]:
        return ConnectionSettings.of(self.configured).targets

    def task_configs(self, maximum: int) -> list[dict[str, str]]:
        """Which tables there are is seen by the tasks: each takes its share by their names."""
        units = SourceSettings.of(self.configured).units
        count = max(1, maximum if units is None else min(maximum, units))
        return [{"task.count": str(count)} for _ in range(count)]

    def topics(self) -> tuple[Sequence[str], Sequence[str]]:
        settings = SourceSettings.of(self.configured)
        return [settings.prefix if settings.query else f"{settings.prefix}*"], []
