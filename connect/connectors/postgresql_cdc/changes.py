"""The stream's messages as records. A state machine; pure.

It knows where in which transaction it is, leaves out what was given before (by position, so that a
restart doubles nothing) and makes of each change the records that Debezium makes.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from connect.connectors.postgresql_cdc.envelope import (
    CREATE,
    DELETE,
    TRUNCATE,
    UPDATE,
    source_base,
)
from connect.connectors.postgresql_cdc.messages import (
    UNCHANGED,
    Begin,
    Commit,
    Delete,
    Insert,
    Message,
    Relation,
    Row,
    Truncate,
    Update,
)
from connect.connectors.postgresql_cdc.pgoutput import MalformedMessage
from connect.connectors.postgresql_cdc.position import Place
from connect.connectors.postgresql_cdc.table import Table
from connect.spi.records import Header, SourceRecord

STEP: Final = 4
"""A change counts so many, for it may become up to three records, each with a place of its own."""
NEW_KEY: Final = "__debezium.newkey"
OLD_KEY: Final = "__debezium.oldkey"
NONE_SKIPPED: Final[frozenset[str]] = frozenset()

LookUp = Callable[[Relation], Table | None]
"""The table that a relation describes; None for one that is not captured."""


@dataclass(frozen=True, slots=True)
class ChangeRules:
    """``skipped``: operations of which no records are made."""

    prefix: str
    database: str
    tombstones: bool = True
    skipped: frozenset[str] = NONE_SKIPPED


class Changes:
    """One stream's; ``place`` is how far it has got: nothing before it is missing."""

    def __init__(self, rules: ChangeRules, place: Place, look_up: LookUp) -> None:
        self.place = place
        self._rules = rules
        self._look_up = look_up
        self._source_partition = {"server": rules.prefix}
        self._source = source_base(rules.prefix, rules.database)
        self._tables: dict[int, Table | None] = {}
        self._transaction: Begin | None = None
        self._index = 0
        self._previous_commit: int | None = None
        self._now_ms = 0
        self._lsn = 0

    @property
    def in_transaction(self) -> bool:
        return self._transaction is not None

    def passed(self, lsn: int) -> None:
        """All that was committed before ``lsn`` has come, and was given or is none of ours."""
        if self._transaction is None and lsn > self.place.lsn:
            self.place = Place(lsn)

    def take(self, lsn: int, message: Message, now_ms: int) -> list[SourceRecord]:
        """The records that a message makes.

        Raises:
            ConnectError: the message does not fit what came before, or a value cannot be told.
        """
        self._lsn, self._now_ms = lsn, now_ms
        kind = type(message)
        if kind in _CHANGES:
            return self._change(message)
        if isinstance(message, Begin):
            self._transaction, self._index = message, -STEP
        elif isinstance(message, Commit):
            self._committed(message)
        elif isinstance(message, Relation):
            self._tables[message.oid] = self._look_up(message)
        return []

    def _committed(self, message: Commit) -> None:
        if self._transaction is None:
            raise MalformedMessage("the database committed a transaction that it had not begun")
        self._transaction = None
        self._previous_commit = message.lsn
        self.passed(message.end_lsn)

    def _change(self, message: Message) -> list[SourceRecord]:
        transaction = self._transaction
        if transaction is None:
            raise MalformedMessage("the database sent a change outside of a transaction")
        self._index += STEP
        if transaction.final_lsn < self.place.lsn or self._was_given(transaction, message):
            return []
        if isinstance(message, Insert):
            made = self._inserted(message)
        elif isinstance(message, Update):
            made = self._updated(message)
        elif isinstance(message, Delete):
            made = self._deleted(message)
        else:
            assert isinstance(message, Truncate)
            made = self._truncated(message)
        known = self.place
        if made and known.lsn == transaction.final_lsn:
            # Begun before a restart: what was given of it already is left out.
            made = [each for each in made if each.source_offset["index"] > known.step]
        if made:
            self.place = Place(transaction.final_lsn, made[-1].source_offset["index"])
        return made

    def _was_given(self, transaction: Begin, message: Message) -> bool:
        """Whether all of a change was, before a restart amidst its transaction: of millions, none
        is made into records for nothing. A truncate may be several steps, and is looked at."""
        return (
            transaction.final_lsn == self.place.lsn
            and self._index + STEP <= self.place.step
            and not isinstance(message, Truncate)
        )

    def _inserted(self, message: Insert) -> list[SourceRecord]:
        table = self._captured(message.relation_oid, CREATE)
        if table is None:
            return []
        after = table.value(message.new)
        return [self._record(table, CREATE, None, after, 0)]

    def _updated(self, message: Update) -> list[SourceRecord]:
        table = self._captured(message.relation_oid, UPDATE)
        if table is None:
            return []
        old = message.old
        whole_old = None if message.old_is_key else old
        after = (
            table.completed(message.new, whole_old)
            if message.has_unchanged
            else table.value(message.new)
        )
        if old is None:
            return [self._record(table, UPDATE, None, after, 0)]
        before = _old_value(table, old)
        if table.key_names and table.key(before) != table.key(after):
            return self._moved(table, before, after)
        return [self._record(table, UPDATE, before, after, 0)]

    def _moved(
        self, table: Table, before: dict[str, Any], after: dict[str, Any]
    ) -> list[SourceRecord]:
        """A row's key was changed: it is gone under the old, and new under the new."""
        old, new = table.key(before), table.key(after)
        gone = self._record(
            table, DELETE, before, None, 0, (Header(NEW_KEY, table.key_schema, new),)
        )
        made = self._record(
            table, CREATE, None, after, 2, (Header(OLD_KEY, table.key_schema, old),)
        )
        if self._rules.tombstones:
            return [gone, self._tombstone(table, before, 1), made]
        return [gone, made]

    def _deleted(self, message: Delete) -> list[SourceRecord]:
        table = self._captured(message.relation_oid, DELETE)
        if table is None:
            return []
        before = _old_value(table, message.old)
        gone = self._record(table, DELETE, before, None, 0)
        if self._rules.tombstones and table.key_names:
            return [gone, self._tombstone(table, before, 1)]
        return [gone]

    def _truncated(self, message: Truncate) -> list[SourceRecord]:
        """A message may empty several tables, each of which takes a step."""
        made = []
        for step, oid in enumerate(message.relation_oids):
            table = self._captured(oid, TRUNCATE)
            if table is not None:
                made.append(self._record(table, TRUNCATE, None, None, step * STEP))
        self._index += STEP * (len(message.relation_oids) - 1)
        return made

    def _captured(self, oid: int, operation: str) -> Table | None:
        try:
            table = self._tables[oid]
        except KeyError:
            raise MalformedMessage(
                f"the database sent a change of a table that it has not described (oid {oid})"
            ) from None
        return None if operation in self._rules.skipped else table

    def _record(  # noqa: PLR0917 (one change's parts, called for each)
        self,
        table: Table,
        operation: str,
        before: dict[str, Any] | None,
        after: dict[str, Any] | None,
        step: int,
        headers: tuple[Header, ...] = (),
    ) -> SourceRecord:
        transaction = self._transaction
        assert transaction is not None
        keyed = before if after is None else after
        lsn = self._lsn
        value = {
            "before": before,
            "after": after,
            "source": {
                **self._source,
                "ts_ms": transaction.committed_us // 1000,
                "snapshot": "false",
                "sequence": sequence(self._previous_commit, lsn),
                "schema": table.relation.schema,
                "table": table.relation.table,
                "txId": transaction.xid,
                "lsn": lsn,
            },
            "op": operation,
            "ts_ms": self._now_ms,
        }
        has_key = keyed is not None and table.key_schema is not None
        return SourceRecord(
            table.topic,
            table.key(keyed) if keyed is not None else None,
            value,
            source_partition=self._source_partition,
            source_offset=self._offset(step),
            key_schema=table.key_schema if has_key else None,
            value_schema=table.envelope_schema,
            headers=headers,
        )

    def _tombstone(self, table: Table, before: dict[str, Any], step: int) -> SourceRecord:
        """What has compaction forget the row."""
        return SourceRecord(
            table.topic,
            table.key(before),
            None,
            source_partition=self._source_partition,
            source_offset=self._offset(step),
            key_schema=table.key_schema,
        )

    def _offset(self, step: int) -> dict[str, Any]:
        transaction = self._transaction
        assert transaction is not None
        return {
            "lsn": transaction.final_lsn,
            "index": self._index + step,
            "txId": transaction.xid,
            "ts_usec": transaction.committed_us,
        }


_CHANGES: Final = frozenset({Insert, Update, Delete, Truncate})


def sequence(previous_commit: int | None, lsn: int) -> str:
    """``source.sequence``: the commit before this transaction and the change's own position."""
    before = "null" if previous_commit is None else f'"{previous_commit}"'
    return f'[{before},"{lsn}"]'


def _old_value(table: Table, row: Row) -> dict[str, Any]:
    return table.completed(row, None) if UNCHANGED in row else table.value(row)
