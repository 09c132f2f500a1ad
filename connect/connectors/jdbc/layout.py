"""How records of one shape become rows: column by column, for all of them at once. Pure."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from connect.connectors.jdbc.record_columns import Column, RecordColumns
from connect.connectors.jdbc.rows import Columns, Key
from connect.spi.errors import DataError
from connect.spi.records import SinkRecord
from connect.spi.schema import Schema, Type

Take = Callable[[RecordColumns], list[Column]]
"""Columns of a row; raises ``AttributeError``, ``KeyError`` or ``TypeError`` where a record is not
what its schema says."""

NamedField = tuple[str, Schema | None]


@dataclass(frozen=True, slots=True)
class Layout:
    """``columns`` are the key's and then the others. ``take_rest`` are the others, and None where
    rows are to be deleted."""

    key_columns: Columns
    columns: Columns
    take_key: Take
    take_rest: Take | None
    schemas: Mapping[str, Schema]

    def rows(self, found: RecordColumns) -> tuple[list[Key], list[tuple[Any, ...]] | None]:
        """The rows' keys, and their values, unless they are to be deleted.

        Raises:
            DataError: a record that cannot be a row; it says which.
        """
        try:
            in_key = self.take_key(found)
            rest = None if self.take_rest is None else self.take_rest(found)
        except (AttributeError, KeyError, TypeError) as error:
            raise self._refused(found, f"not what its schema says: {error!r}") from error
        if any(None in column for column in in_key):
            why = f"a column of the primary key {self.key_columns} is null"
            raise self._refused(found, why)
        keys = _across(in_key, len(found))
        return keys, None if rest is None else _across([*in_key, *rest], len(found))

    def _refused(self, found: RecordColumns, why: str) -> DataError:
        """Of the first record that cannot be a row; ``why`` is what one of them failed by."""
        if len(found) > 1:
            for index in range(len(found)):
                self.rows(found.only([index]))
        return DataError(f"{where(found.records[0])}: {why}")


def alike(found: RecordColumns) -> list[Sequence[int]]:
    """Which records are laid out alike: their indices, those of the first record's shape first."""
    in_keys, in_values = list(map(id, found.key_schemas)), list(map(id, found.value_schemas))
    gone = [value is None for value in found.values]
    names = _names(found.keys, in_keys), _names(found.values, in_values)
    shapes = list(zip(in_keys, in_values, gone, *names, strict=True))
    if len(set(shapes)) == 1:
        return [range(len(shapes))]
    indices: dict[Any, list[int]] = {}
    for index, shape in enumerate(shapes):
        indices.setdefault(shape, []).append(index)
    return list(indices.values())


def fields_of(part: Mapping[str, Any], schema: Schema | None) -> list[NamedField]:
    if schema is not None and schema.type is Type.STRUCT:
        return [(field.name, field.schema) for field in schema.fields]
    return [(str(name), None) for name in part]


def take_nothing(_found: RecordColumns) -> list[Column]:
    return []


def take_place(found: RecordColumns) -> list[Column]:
    return list(found.places())


def take_key(found: RecordColumns) -> list[Column]:
    """The key itself, which is no struct."""
    return [found.keys]


def take_of_key(names: Columns) -> Take:
    return lambda found: [[part[name] for part in found.keys] for name in names]


def take_of_value(names: Columns) -> Take:
    return lambda found: [[part[name] for part in found.values] for name in names]


def take_present(fields: Iterable[NamedField]) -> Take:
    """Fields of the value: null where one is missing, and its default where it is null."""
    wanted = [
        (name, schema.default if schema is not None and schema.has_default else None)
        for name, schema in fields
    ]

    def take(found: RecordColumns) -> list[Column]:
        columns: list[Column] = []
        for name, default in wanted:
            column = [part.get(name) for part in found.values]
            if default is not None:
                column = [default if one is None else one for one in column]
            columns.append(column)
        return columns

    return take


def where(record: SinkRecord) -> str:
    return f"record {record.topic}-{record.partition} at offset {record.offset}"


def _names(parts: Column, schemas: Sequence[int]) -> Iterable[tuple[str, ...] | None]:
    """The names of structs that have no schema; ``schemas`` are the schemas' ids."""
    if id(None) not in schemas:
        return [None] * len(parts)
    return [
        tuple(part) if schema == id(None) and isinstance(part, Mapping) else None
        for part, schema in zip(parts, schemas, strict=True)
    ]


def _across(columns: Sequence[Column], rows: int) -> list[tuple[Any, ...]]:
    return list(zip(*columns, strict=True)) if columns else [()] * rows
