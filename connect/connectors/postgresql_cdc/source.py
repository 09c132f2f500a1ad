"""The source's task: what to begin with, then batches of records."""

import time
from collections.abc import Mapping, Sequence
from contextlib import closing, suppress
from typing import Any, Final

from connect.connectors.postgresql_cdc import catalog, publications, slots, snapshot
from connect.connectors.postgresql_cdc.changes import ChangeRules, Changes
from connect.connectors.postgresql_cdc.column_types import ColumnTypes
from connect.connectors.postgresql_cdc.envelope import HEARTBEAT_KEY, HEARTBEAT_VALUE
from connect.connectors.postgresql_cdc.keeper import Keeper
from connect.connectors.postgresql_cdc.limits import BATCH_BYTES
from connect.connectors.postgresql_cdc.messages import Relation
from connect.connectors.postgresql_cdc.pgoutput import decode
from connect.connectors.postgresql_cdc.position import Place, snapshot_offset, stored_position
from connect.connectors.postgresql_cdc.server import Connection, Server, told
from connect.connectors.postgresql_cdc.settings import Settings, SnapshotMode
from connect.connectors.postgresql_cdc.slots import Beginning
from connect.connectors.postgresql_cdc.snapshot import Snapshot
from connect.connectors.postgresql_cdc.stream import Stream
from connect.connectors.postgresql_cdc.table import Naming, Table
from connect.connectors.postgresql_cdc.walsender import Keepalive, lsn_text
from connect.spi.config import Config
from connect.spi.errors import ConnectError
from connect.spi.records import SourceRecord
from connect.spi.task import SourceContext, SourceTask

WAIT_SECONDS: Final = 0.5
"""Of one ``poll`` without changes."""


class PostgresqlCdcTask(SourceTask):
    """Reads one database. Between polls it holds one batch of a snapshot at most; of a transaction
    nothing, however large: the database sends its changes once it is committed, and records are
    made of them as they come.

    ``_position`` is that of the last record handed on: after a failure it begins from there, as it
    does from a stored one at the start.
    """

    def start(self, config: Config, context: SourceContext) -> None:
        self._context = context
        self._settings = settings = Settings.of(config)
        self._server = Server(settings, context.egress)
        self._naming = Naming(settings.prefix, settings.database, settings.excludes_column)
        self._source_partition = {"server": settings.prefix}
        self._position = stored_position(context.offsets.read([self._source_partition])[0])
        self._catalog: Connection | None = None
        self._snapshot: Snapshot | None = None
        self._stream: Stream | None = None
        self._changes: Changes | None = None
        self._confirmed = 0
        self._beaten_at = time.monotonic()
        self._is_done = False
        self._keeper = Keeper(self._server, settings, context.log, self._tell, self._cut)

    def poll(self) -> Sequence[SourceRecord]:
        """
        Raises:
            RetriableError: the database cannot be read now; goes on after what was handed on last.
            ConnectError: it will not be read.
        """
        if self._keeper.failure is not None:
            raise ConnectError(self._keeper.failure)
        try:
            records = self._next()
        except ConnectError:
            self._disconnect()
            if self._context.stopping.is_set():
                return []
            raise
        if records:
            self._position = stored_position(records[-1].source_offset)
        return records

    def commit(self, offsets: Sequence[tuple[Mapping[str, Any], Mapping[str, Any]]]) -> None:
        """The database may forget what lies before a stored offset; of a snapshot only once it is
        whole."""
        for partition, offset in offsets:
            stored = stored_position(offset)
            if partition == self._source_partition and stored and not stored.in_snapshot:
                self._confirmed = max(self._confirmed, stored.place.lsn)
        if self._stream is not None and self._confirmed:
            self._stream.confirm(self._confirmed)

    def stop(self) -> None:
        self._keeper.stop()
        self._disconnect()
        if self._settings.drops_slot and self._context.stopping.is_set():
            with suppress(ConnectError), closing(self._server.connect()) as connection:
                slots.drop(connection, self._settings)

    def _next(self) -> list[SourceRecord]:
        if self._snapshot is None and self._stream is None and not self._is_done:
            self._begin()
        if self._snapshot is not None:
            records = self._snapshot.batch()
            return self._tables_read(self._snapshot) if records is None else records
        if self._stream is not None:
            return self._streamed(self._stream)
        self._context.stopping.wait(WAIT_SECONDS)
        return []

    # What to begin with.

    def _begin(self) -> None:
        settings = self._settings
        connection = self._connected()
        slot = slots.look(connection, settings)
        chosen, lost = slots.beginning(self._position, slot, settings)
        if lost is not None:
            self._context.log.warning("%s; the tables are read again", lost)
        self._context.log.info("beginning with %s", chosen.value)
        if chosen is Beginning.NOTHING:
            self._is_done = True
            return
        publications.ensure(connection, settings)
        match chosen:
            case Beginning.SNAPSHOT:
                self._read_tables_with_slot(connection)
            case Beginning.SNAPSHOT_ONLY:
                reading = self._server.connect()
                self._read_tables(reading, snapshot.begun(reading))
            case Beginning.NEW_SLOT:
                with closing(self._server.connect_for_replication()) as replication:
                    slots.create(replication, settings)
                self._open_stream(Place(0))
            case Beginning.STREAM:
                self._open_stream(Place(0) if self._position is None else self._position.place)
        if chosen is not Beginning.SNAPSHOT_ONLY:
            self._keeper.start()

    def _read_tables_with_slot(self, connection: Connection) -> None:
        """Tables as they are where the new slot begins: no change is between, none is in both."""
        slots.drop(connection, self._settings)
        self._position = None
        reading = self._server.connect()
        # The exported snapshot lasts as long as nothing else is asked on this connection.
        with closing(self._server.connect_for_replication()) as replication:
            lsn, name = slots.create(replication, self._settings)
            snapshot.imported(reading, name)
        self._read_tables(reading, lsn)

    def _read_tables(self, reading: Connection, lsn: int) -> None:
        with told("looking at the tables"):
            found = catalog.published(reading, self._settings.publication)
            tables = [
                (self._table(reading, catalog.relation(reading, each)), each)
                for each in found
                if self._settings.captures(each.schema, each.name)
            ]
        self._snapshot = Snapshot(reading, self._settings, tables, lsn)

    def _tables_read(self, read: Snapshot) -> list[SourceRecord]:
        """Where there was no row to say that the tables are read, a heartbeat does."""
        read.close()
        self._snapshot = None
        self._context.log.info("the tables have been read, at %s", lsn_text(read.lsn))
        if self._settings.snapshot is SnapshotMode.INITIAL_ONLY:
            self._is_done = True
        else:
            self._open_stream(Place(read.lsn))
        return self._heartbeat(snapshot_offset(read.lsn, is_last=True))

    def _open_stream(self, place: Place) -> None:
        """Go on at ``place``; the database may begin earlier, at its transaction."""
        settings = self._settings
        rules = ChangeRules(
            settings.prefix, settings.database, settings.tombstones, settings.skipped
        )
        self._changes = Changes(rules, place, self._look_up)
        connection = self._server.connect_for_replication()
        try:
            self._stream = Stream(connection, settings, place.lsn)
        except ConnectError:
            connection.close()
            raise
        self._context.log.info("reading changes from %s", lsn_text(place.lsn))
        if self._confirmed:
            self._stream.confirm(self._confirmed)

    # Changes.

    def _streamed(self, stream: Stream) -> list[SourceRecord]:
        """As many records as have come, within a batch's bounds; none, after a while in which none
        came."""
        changes, most = self._changes, self._settings.batch_max
        assert changes is not None
        records: list[SourceRecord] = []
        now_ms = time.time_ns() // 1_000_000
        until = time.monotonic() + WAIT_SECONDS
        room = BATCH_BYTES
        while len(records) < most and room > 0:
            left = 0.0 if records else max(0.0, until - time.monotonic())
            came = stream.receive(most, left)
            for each in came:
                if isinstance(each, Keepalive):
                    changes.passed(each.wal_end)
                elif made := changes.take(each.lsn, decode(each.payload), now_ms):
                    records += made
                    room -= len(each.payload)
            if not came or time.monotonic() >= until:
                break
        return records + self._due_heartbeat(changes, records)

    def _due_heartbeat(
        self, changes: Changes, records: Sequence[SourceRecord]
    ) -> list[SourceRecord]:
        """One, when it is time and the log has gone on since the last record."""
        seconds, now = self._settings.heartbeat_seconds, time.monotonic()
        if seconds is None or now - self._beaten_at < seconds or changes.in_transaction:
            return []
        known = stored_position(records[-1].source_offset) if records else self._position
        if known is not None and changes.place.lsn <= known.place.lsn:
            return []
        self._beaten_at = now
        return self._heartbeat({"lsn": changes.place.lsn, "index": changes.place.step})

    def _heartbeat(self, offset: dict[str, Any]) -> list[SourceRecord]:
        """A record whose offset says how far the log was read."""
        settings = self._settings
        if settings.heartbeat_seconds is None:
            return []
        return [
            SourceRecord(
                settings.heartbeat_topic,
                {"serverName": settings.prefix},
                {"ts_ms": time.time_ns() // 1_000_000},
                source_partition=self._source_partition,
                source_offset=offset,
                key_schema=HEARTBEAT_KEY,
                value_schema=HEARTBEAT_VALUE,
            )
        ]

    # Connections.

    def _look_up(self, relation: Relation) -> Table | None:
        if not self._settings.captures(relation.schema, relation.table):
            return None
        with told(f"looking at {relation.schema}.{relation.table}"):
            return self._table(self._connected(), relation)

    def _table(self, connection: Connection, relation: Relation) -> Table:
        known = catalog.types(connection, {each.type_oid for each in relation.columns})
        keys = catalog.primary_key(connection, relation.schema, relation.table)
        types = ColumnTypes(self._settings.decimals, self._settings.times, known)
        return Table(relation, keys, types, self._naming)

    def _connected(self) -> Connection:
        if self._catalog is None or self._catalog.closed:
            self._catalog = self._server.connect()
        return self._catalog

    def _tell(self) -> None:
        stream = self._stream
        if stream is not None:
            stream.tell()

    def _cut(self) -> None:
        stream = self._stream
        if stream is not None:
            stream.cut()

    def _disconnect(self) -> None:
        """What was being read is read again from the last record handed on; a snapshot, which is
        gone with its connection, is begun anew."""
        stream, self._stream = self._stream, None
        read, self._snapshot = self._snapshot, None
        for each in (stream, read, self._catalog):
            if each is not None:
                each.close()
