"""One table as it is at a point of the log: its topic, its schemas, and its rows' values. Pure."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from connect.connectors.postgresql_cdc.column_types import (
    NO_PLACEHOLDER,
    ColumnType,
    ColumnTypes,
)
from connect.connectors.postgresql_cdc.envelope import envelope_schema
from connect.connectors.postgresql_cdc.messages import (
    UNCHANGED,
    Relation,
    RelationColumn,
    ReplicaIdentity,
    Row,
)
from connect.connectors.postgresql_cdc.pgoutput import MalformedMessage
from connect.spi.errors import ConnectError
from connect.spi.schema import Field, Schema, optional, struct

_NO_TOPIC_LETTER: Final = re.compile(r"[^A-Za-z0-9._-]")
_OWN_KEYS: Final = frozenset({ReplicaIdentity.DEFAULT, ReplicaIdentity.INDEX})


@dataclass(frozen=True, slots=True)
class Naming:
    """``prefix`` begins all topics and schemas; ``excludes`` says of SCHEMA.TABLE.COLUMN whether it
    is left out."""

    prefix: str
    database: str
    excludes: Callable[[str], bool] = lambda _name: False


class Table:
    """``primary_key``: names of its columns, for relations that do not say.

    Keys are the columns of the replica identity where that is a key, for these are what deletes
    know of a row; else the primary key's. Only these are required in the schemas: of others, old
    values may be missing.
    """

    def __init__(
        self, relation: Relation, primary_key: Sequence[str], types: ColumnTypes, naming: Naming
    ) -> None:
        self.relation = relation
        name = f"{naming.prefix}.{relation.schema}.{relation.table}"
        self.topic = _NO_TOPIC_LETTER.sub("_", name)
        kept = [
            (place, column, types.of(column.type_oid, column.modifier))
            for place, column in enumerate(relation.columns)
            if not naming.excludes(f"{relation.schema}.{relation.table}.{column.name}")
        ]
        keys = self._keys(primary_key)
        fields = [
            Field(column.name, type_.schema if _is_required(relation, column) else _optional(type_))
            for _, column, type_ in kept
        ]
        value = struct(*fields, name=f"{name}.Value", optional=True)
        self.envelope_schema = envelope_schema(f"{name}.Envelope", value)
        key_fields = [Field(c.name, type_.schema) for _, c, type_ in kept if c.name in keys]
        self.key_names = tuple(each.name for each in key_fields)
        self.key_schema: Schema | None = (
            struct(*key_fields, name=f"{name}.Key") if key_fields else None
        )
        self._width = len(relation.columns)
        self._columns = [(place, column.name, type_.convert) for place, column, type_ in kept]
        self._placeholders = {column.name: type_.placeholder for _, column, type_ in kept}

    @property
    def column_names(self) -> list[str]:
        """Of the relation, those left out too."""
        return [each.name for each in self.relation.columns]

    def value(self, row: Row) -> dict[str, Any]:
        """The row's values by column; nothing in it is unchanged.

        Raises:
            ConnectError: a value that its type cannot say; the message names the column.
        """
        if len(row) != self._width:
            raise MalformedMessage(
                f"a row of {self._name} has {len(row)} values, and the table {self._width} columns"
            )
        try:
            return {
                name: None if (raw := row[place]) is None else convert(raw)  # type: ignore[arg-type]
                for place, name, convert in self._columns
            }
        except (ValueError, ArithmeticError) as error:
            raise self._fault(row) from error

    def completed(self, row: Row, old: Row | None) -> dict[str, Any]:
        """The same for a row in which values are unchanged: they are those of ``old`` where it has
        them, else a placeholder's."""
        if old is not None:
            row = [
                before if each is UNCHANGED else each for each, before in zip(row, old, strict=True)
            ]
        known: Row = [None if each is UNCHANGED else each for each in row]
        value = self.value(known)
        for place, name, _convert in self._columns:
            if row[place] is UNCHANGED:
                value[name] = self._placeholder(name)
        return value

    def key(self, value: dict[str, Any]) -> dict[str, Any] | None:
        """Out of a row's values; None for a table without one."""
        if not self.key_names:
            return None
        return {name: value[name] for name in self.key_names}

    @property
    def _name(self) -> str:
        return f"{self.relation.schema}.{self.relation.table}"

    def _keys(self, primary_key: Sequence[str]) -> frozenset[str]:
        if self.relation.identity in _OWN_KEYS:
            return frozenset(each.name for each in self.relation.columns if each.in_identity)
        return frozenset(primary_key)

    def _placeholder(self, name: str) -> Any:
        placeholder = self._placeholders[name]
        if placeholder is NO_PLACEHOLDER:
            raise ConnectError(
                f"the log lacks the value of {self._name}.{name}, which an update left alone, and "
                "nothing of its type can stand for it: give the table REPLICA IDENTITY FULL, or "
                "leave the column out by column.exclude.list"
            )
        return placeholder

    def _fault(self, row: Row) -> ConnectError:
        for place, name, convert in self._columns:
            raw = row[place]
            try:
                if isinstance(raw, bytes):
                    convert(raw)
            except (ValueError, ArithmeticError) as error:
                return ConnectError(f"a value of {self._name}.{name} cannot be told: {error}")
        return ConnectError(f"a row of {self._name} cannot be told")


def _is_required(relation: Relation, column: RelationColumn) -> bool:
    return relation.identity in _OWN_KEYS and column.in_identity


def _optional(type_: ColumnType) -> Schema:
    return optional(type_.schema)
