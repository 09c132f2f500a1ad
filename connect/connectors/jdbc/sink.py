"""The sink: its description and its task."""

from collections.abc import Sequence
from typing import ClassVar

from connect.connectors.jdbc.database import Database
from connect.connectors.jdbc.faults import TableChanged
from connect.connectors.jdbc.fold import InsertMode, PkMode
from connect.connectors.jdbc.postgresql_writer import PostgresqlWriter
from connect.connectors.jdbc.record_columns import divided
from connect.connectors.jdbc.rows import Batch
from connect.connectors.jdbc.settings import ConnectionSettings
from connect.connectors.jdbc.sink_settings import SINK, SinkSettings
from connect.connectors.jdbc.sink_tables import Name, SinkTables
from connect.connectors.jdbc.url import Backend
from connect.connectors.jdbc.writer import StatementWriter
from connect.spi.config import Config, ConfigDef
from connect.spi.connector import SinkConnector
from connect.spi.egress import Target
from connect.spi.errors import ConnectError, RetriableError
from connect.spi.records import SinkRecord
from connect.spi.task import SinkContext, SinkTask


class JdbcSinkTask(SinkTask):
    """Writes what ``put`` brings in one transaction: it is durable when ``put`` returns.

    The same records may come again. With ``insert.mode=upsert`` or ``pk.mode=kafka`` the table is
    the same after that: exactly-once.
    """

    def start(self, config: Config, context: SinkContext) -> None:
        self._context = context
        self._settings = settings = SinkSettings.of(config)
        self._database = Database(
            settings.connection, context.egress, context.stopping, read_only=False
        )
        self._tables = SinkTables(self._database, settings.missing_tables, settings.missing_columns)
        self._writer = _writer(settings)
        self._failures = 0
        self._database.connected()

    def put(self, records: Sequence[SinkRecord]) -> None:
        """
        Raises:
            DataError: a record cannot be a row; nothing of the batch was written.
            RetriableError: the database cannot take the batch now; nothing of it was written.
            ConnectError: it will not take it, or has not in ``max.retries`` repetitions.
        """
        if not records:
            return
        try:
            self._write(records)
        except RetriableError as error:
            if isinstance(error, TableChanged):
                self._tables.forget()
            self._failures += 1
            if self._failures > self._settings.retries:
                self._failures = 0
                raise ConnectError(
                    f"{error}; {self._settings.retries} repetitions did not help"
                ) from error
            self._context.retry_after(self._settings.backoff_seconds)
            raise
        self._failures = 0

    def stop(self) -> None:
        self._database.interrupt()

    def _write(self, records: Sequence[SinkRecord]) -> None:
        by_table = divided(records, self._settings.table.names)
        batches: list[tuple[Name, Batch]] = [
            (name, self._settings.fold.batch(of_table)) for name, of_table in by_table.items()
        ]
        # Tables first: what is made for them is not undone with the batch, nor need it be.
        tables = [self._tables.fit(name, batch) for name, batch in batches]
        doing = f"writing to {', '.join(table.name for table in tables)}"
        with self._database.transaction(doing) as connection:
            for table, (_, batch) in zip(tables, batches, strict=True):
                self._writer.write(connection, table, batch, self._settings.batch_rows)


def _writer(settings: SinkSettings) -> StatementWriter | PostgresqlWriter:
    fold, connection = settings.fold, settings.connection
    ignores = fold.mode is InsertMode.INSERT and fold.pk_mode is PkMode.KAFKA
    if connection.url.backend is Backend.POSTGRESQL:
        return PostgresqlWriter(fold.mode, connection.zone, ignores=ignores)
    return StatementWriter(connection.url.backend, fold.mode, connection.zone, ignores=ignores)


class JdbcSinkConnector(SinkConnector):
    name: ClassVar[str] = "jdbc-sink"
    aliases: ClassVar[tuple[str, ...]] = (
        "io.confluent.connect.jdbc.JdbcSinkConnector",
        "io.aiven.connect.jdbc.JdbcSinkConnector",
    )
    version: ClassVar[str] = "1.0.0"
    title: ClassVar[str] = "Database (SQL)"
    doc: ClassVar[str] = (
        "Writes records into tables of PostgreSQL, MySQL, MariaDB or SQLite: inserts, upserts, "
        "updates, and deletions for tombstones."
    )
    config: ClassVar[ConfigDef] = SINK
    task: ClassVar[type[SinkTask]] = JdbcSinkTask

    def __init__(self, config: Config) -> None:
        super().__init__(config)
        SinkSettings.of(config)

    def targets(self) -> Sequence[Target]:
        return ConnectionSettings.of(self.configured).targets
