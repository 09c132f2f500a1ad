"""Batches as one statement each for PostgreSQL: a column is one array, ``unnest`` makes the rows.

COPY into a staging table and a merge is no faster, and needs the right to make that table:
``python -m bench.micro_jdbc`` measures both.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, tzinfo
from decimal import Decimal
from typing import Any, Final

import psycopg
import sqlalchemy as sa
from psycopg.adapt import PyFormat, Transformer
from psycopg.types.array import ListBinaryDumper

from connect.connectors.jdbc.bound_values import json_text, moment, parts
from connect.connectors.jdbc.fold import InsertMode
from connect.connectors.jdbc.rows import Batch, Columns

_COLUMN_TYPES: Final = """
    SELECT a.attname, format_type(a.atttypid, -1), t.typcategory = 'A'
    FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
    WHERE a.attrelid = to_regclass(%s) AND a.attnum > 0 AND NOT a.attisdropped
"""
_NONE: Final = type(None)
_SOME_ARRAY: Final = frozenset({bool, int, float, str, bytes, Decimal, date, time})
_BINARY: Final = frozenset({bool, int, float, bytes, date, time})
"""Those of which PostgreSQL is told the same type in text and in binary, so that a cast to the
column's does the same. Of a decimal the binary form has bounds of its own."""
_TEXTS: Final = frozenset({"text", "character varying"})
"""A string is of no type until it is cast, and in binary it is ``text``: the same only to these."""


class _Binary(list[Any]):
    """A list that is sent in binary, which psycopg writes and PostgreSQL reads several times as
    fast as the text of an array."""


@dataclass(frozen=True, slots=True)
class _Kind:
    """A column's type as SQL, without its length: a cast to ``varchar(3)`` would cut what is
    longer, while an assignment refuses it."""

    sql: str
    is_array: bool

    @property
    def with_zone(self) -> bool:
        return self.sql.endswith("with time zone")

    @property
    def is_json(self) -> bool:
        return self.sql in {"json", "jsonb"}


class PostgresqlWriter:
    """``ignores``: a row whose key is there already is left as it is, instead of a fault."""

    def __init__(self, mode: InsertMode, zone: tzinfo, *, ignores: bool) -> None:
        self._mode = mode
        self._zone = zone
        self._ignores = ignores
        self._kinds: tuple[sa.Table | None, dict[str, _Kind]] = (None, {})

    def write(
        self, connection: sa.Connection, table: sa.Table, batch: Batch, batch_rows: int
    ) -> None:
        """One statement for up to ``batch_rows`` rows, in the caller's transaction."""
        raw: psycopg.Connection[Any] = connection.connection.driver_connection  # type: ignore[assignment]
        # The dialect doubles percent signs, as psycopg wants them beside parameters.
        preparer = connection.dialect.identifier_preparer
        quote, target = preparer.quote_identifier, preparer.format_table(table)
        kinds = self._kinds_of(raw, table, target)
        keys = batch.key_columns
        raw.adapters.register_dumper(_Binary, ListBinaryDumper)
        with raw.cursor() as cursor:
            for part in parts(batch.deletes, batch_rows):
                rows = _unnest(quote, keys, kinds)
                same = _same(quote, target, keys)
                cursor.execute(
                    f"DELETE FROM {target} USING {rows} WHERE {same}",
                    self._arrays(raw, part, keys, kinds),
                )
            for columns, found in batch.writes.items():
                statement = self._statement(quote, target, columns, keys, kinds)
                for part in parts(found, batch_rows) if statement else ():
                    cursor.execute(statement, self._arrays(raw, part, columns, kinds))

    def _statement(
        self,
        quote: Callable[[str], str],
        target: str,
        columns: Columns,
        keys: Columns,
        kinds: dict[str, _Kind],
    ) -> str:
        """Empty when there is nothing to write."""
        rows = _unnest(quote, columns, kinds)
        rest = [quote(name) for name in columns if name not in keys]
        if self._mode is InsertMode.UPDATE:
            new = ", ".join(f"{name} = u.{name}" for name in rest)
            same = _same(quote, target, keys)
            return f"UPDATE {target} SET {new} FROM {rows} WHERE {same}" if rest else ""
        names = ", ".join(quote(name) for name in columns)
        into = f"INSERT INTO {target} ({names}) SELECT {names} FROM {rows}"
        key = ", ".join(quote(name) for name in keys)
        if self._mode is InsertMode.UPSERT and rest:
            new = ", ".join(f"{name} = EXCLUDED.{name}" for name in rest)
            return f"{into} ON CONFLICT ({key}) DO UPDATE SET {new}"
        if self._ignores or self._mode is InsertMode.UPSERT:
            return f"{into} ON CONFLICT ({key}) DO NOTHING"
        return into

    def _kinds_of(
        self, raw: psycopg.Connection[Any], table: sa.Table, target: str
    ) -> dict[str, _Kind]:
        known, kinds = self._kinds
        if known is not table:
            found = raw.execute(_COLUMN_TYPES, [target.replace("%%", "%")]).fetchall()
            kinds = {name: _Kind(sql, is_array) for name, sql, is_array in found}
            self._kinds = (table, kinds)
        return kinds

    def _arrays(
        self,
        raw: psycopg.Connection[Any],
        rows: Sequence[Sequence[Any]],
        columns: Columns,
        kinds: dict[str, _Kind],
    ) -> list[list[Any]]:
        across = zip(*rows, strict=True)
        return [
            self._array(raw, list(values), kinds[name])
            for name, values in zip(columns, across, strict=True)
        ]

    def _array(self, raw: psycopg.Connection[Any], values: list[Any], kind: _Kind) -> list[Any]:
        """The column's values, all of one type that psycopg knows an array of."""
        found = set(map(type, values))
        found.discard(_NONE)
        if kind.is_array:
            return _Binary([_array_text(raw, value) for value in values])
        if kind.is_json:
            # A string is taken to be JSON already, unless no JSON begins like it.
            return _Binary([None if one is None else _json(one) for one in values])
        if len(found) <= 1 and found <= _SOME_ARRAY:
            binary = found <= _BINARY or (found == {str} and kind.sql in _TEXTS)
            return _Binary(values) if binary else values
        if found == {datetime}:
            return _Binary(self._moments(values, with_zone=kind.with_zone))
        if found == {int, float}:
            return _Binary([None if one is None else float(one) for one in values])
        return [None if one is None else _text(one) for one in values]

    def _moments(self, values: list[Any], *, with_zone: bool) -> list[Any]:
        if with_zone:
            return [
                one if one is None or one.tzinfo is not None else one.replace(tzinfo=UTC)
                for one in values
            ]
        zone = self._zone
        return [None if one is None else moment(one, zone, with_zone=False) for one in values]


def _json(value: Any) -> str:
    return value if isinstance(value, str) else json_text(value)


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bytes | bytearray | memoryview):
        return f"\\x{bytes(value).hex()}"
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    return str(value) if isinstance(value, int | float | Decimal) else json_text(value)


def _array_text(raw: psycopg.Connection[Any], value: Any) -> str | None:
    """PostgreSQL's text of an array."""
    if value is None:
        return None
    if not isinstance(value, list | tuple):
        return _text(value)
    dumper = Transformer(raw).get_dumper(list(value), PyFormat.TEXT)
    dumped = dumper.dump(list(value))
    return "{}" if dumped is None else bytes(dumped).decode()


def _unnest(quote: Callable[[str], str], columns: Columns, kinds: dict[str, _Kind]) -> str:
    """``(SELECT unnest(…) AS …, …) AS u`` with a parameter for each column.

    In the list of what is selected, and not in FROM, where each array would be written out first.
    """
    chosen = []
    for name in columns:
        kind = kinds[name]
        sql = kind.sql.replace("%", "%%")
        # Of an array of arrays unnest would make the elements rows.
        rows = f"unnest(%s::text[])::{sql}" if kind.is_array else f"unnest(%s::{sql}[])"
        chosen.append(f"{rows} AS {quote(name)}")
    return f"(SELECT {', '.join(chosen)}) AS u"


def _same(quote: Callable[[str], str], target: str, keys: Columns) -> str:
    return " AND ".join(f"{target}.{quote(name)} = u.{quote(name)}" for name in keys)
