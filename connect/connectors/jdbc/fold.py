"""Records as rows: which of their fields are the primary key, and which are columns. Pure."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum
from typing import Any, Final

from connect.connectors.jdbc.rows import Batch, Columns, Key, Row, appended, merged
from connect.spi.errors import DataError
from connect.spi.records import SinkRecord
from connect.spi.schema import (
    BOOLEAN,
    BYTES,
    DATE,
    FLOAT64,
    INT32,
    INT64,
    STRING,
    TIME,
    TIMESTAMP,
    Schema,
    Type,
    array,
    decimal,
    mapping,
    optional,
)


class InsertMode(Enum):
    INSERT = "insert"
    UPSERT = "upsert"
    UPDATE = "update"


class PkMode(Enum):
    NONE = "none"
    KAFKA = "kafka"
    RECORD_KEY = "record_key"
    RECORD_VALUE = "record_value"


KAFKA_COLUMNS: Final = ("__connect_topic", "__connect_partition", "__connect_offset")
_KAFKA_SCHEMAS: Final = (STRING, INT32, INT64)
_GUESSED_SCALE: Final = 18
_GUESSES: Final[tuple[tuple[type, Schema], ...]] = (
    # bool is an int and datetime a date: the narrower come first.
    (bool, BOOLEAN), (int, INT64), (float, FLOAT64), (str, STRING), (bytes, BYTES),
    (datetime, TIMESTAMP), (date, DATE), (time, TIME), (Decimal, decimal(_GUESSED_SCALE)),
    (list, array(STRING)), (Mapping, mapping(STRING, STRING)),
)  # fmt: skip

_Take = Callable[[SinkRecord], tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class _Layout:
    """How records of one shape become rows; ``columns`` are the key's and then the others."""

    key_columns: Columns
    columns: Columns
    take_key: _Take
    take_rest: _Take
    schemas: Mapping[str, Schema]


@dataclass(frozen=True, slots=True)
class Fold:
    """``pk_fields`` empty means all fields of the key or value; ``whitelist`` empty means all.

    ``deletes``: tombstones are deletions.
    """

    mode: InsertMode
    pk_mode: PkMode
    pk_fields: tuple[str, ...]
    whitelist: frozenset[str]
    deletes: bool

    @property
    def merges(self) -> bool:
        """Whether the last record of a key wins. A plain insert of a key twice is a fault that the
        database is to find, unless the key is the record's own place in Kafka."""
        if self.pk_mode is PkMode.NONE:
            return False
        return self.mode is not InsertMode.INSERT or self.pk_mode is PkMode.KAFKA or self.deletes

    def batch(self, records: Sequence[SinkRecord]) -> Batch:
        """What ``records`` of one table come to, in their order; there is at least one.

        Raises:
            DataError: a record that cannot be a row; it says which.
        """
        layouts: dict[Any, _Layout] = {}
        rows: list[Row] = []
        for record in records:
            shape = _shape(record)
            layout = layouts.get(shape)
            if layout is None:
                layout = layouts[shape] = self._layout(record)
            rows.append(_row(record, layout))
        key_columns = next(iter(layouts.values())).key_columns
        for layout in layouts.values():
            if layout.key_columns != key_columns:
                raise DataError(
                    f"records of one table have the primary keys {key_columns} and "
                    f"{layout.key_columns}; name its columns in pk.fields"
                )
        schemas = _schemas(layouts.values(), rows)
        return (merged if self.merges else appended)(rows, key_columns, schemas)

    def _layout(self, record: SinkRecord) -> _Layout:
        key_columns, take_key, schemas = self._key(record)
        if record.value is None:
            if not self.deletes:
                raise DataError(
                    f"{_where(record)}: a tombstone; delete.enabled=true would delete its row"
                )
            return _Layout(key_columns, key_columns, take_key, lambda _: (), schemas)
        if not isinstance(record.value, Mapping):
            what = type(record.value).__name__
            raise DataError(f"{_where(record)}: its value is a {what}, no struct")
        rest = [
            field
            for field in _fields(record.value, record.value_schema)
            if field[0] not in key_columns and (not self.whitelist or field[0] in self.whitelist)
        ]
        columns = key_columns + tuple(name for name, _ in rest)
        if not columns:
            raise DataError(f"{_where(record)}: no field is left to be written")
        known = {name: schema for name, schema in rest if schema is not None}
        return _Layout(key_columns, columns, take_key, _take_value(rest), {**schemas, **known})

    def _key(self, record: SinkRecord) -> tuple[Columns, _Take, Mapping[str, Schema]]:
        match self.pk_mode:
            case PkMode.NONE:
                return (), lambda _: (), {}
            case PkMode.KAFKA:
                names = self.pk_fields or KAFKA_COLUMNS
                return names, _place, dict(zip(names, _KAFKA_SCHEMAS, strict=True))
            case PkMode.RECORD_KEY:
                return self._fields_of_key(record)
        if not isinstance(record.value, Mapping):
            raise DataError(f"{_where(record)}: its value is no struct, and holds the primary key")
        fields = dict(_fields(record.value, record.value_schema))
        names = self.pk_fields or tuple(fields)
        return names, _take_parts(names, lambda one: one.value), _only(fields, names, record)

    def _fields_of_key(self, record: SinkRecord) -> tuple[Columns, _Take, Mapping[str, Schema]]:
        part, schema = record.key, record.key_schema
        if part is None:
            raise DataError(f"{_where(record)}: its key is null, and is the primary key")
        if isinstance(part, Mapping):
            fields = dict(_fields(part, schema))
            names = self.pk_fields or tuple(fields)
            return names, _take_parts(names, lambda one: one.key), _only(fields, names, record)
        if len(self.pk_fields) != 1:
            raise DataError(
                f"{_where(record)}: its key is no struct; one name in pk.fields says which column "
                "it is"
            )
        known = {self.pk_fields[0]: schema} if schema is not None else {}
        return self.pk_fields, lambda one: (one.key,), known


def _shape(record: SinkRecord) -> Any:
    """The same for records whose rows are laid out alike."""
    key, value = record.key, record.value
    return (
        id(record.key_schema), id(record.value_schema), value is None,
        tuple(key) if record.key_schema is None and isinstance(key, Mapping) else None,
        tuple(value) if record.value_schema is None and isinstance(value, Mapping) else None,
    )  # fmt: skip


def _row(record: SinkRecord, layout: _Layout) -> Row:
    try:
        key: Key = layout.take_key(record)
        values = None if record.value is None else key + layout.take_rest(record)
    except (AttributeError, KeyError, TypeError) as error:
        raise DataError(f"{_where(record)}: not what its schema says: {error!r}") from error
    if None in key:
        raise DataError(
            f"{_where(record)}: a column of the primary key {layout.key_columns} is null"
        )
    return Row(key, layout.columns, values)


def _fields(part: Mapping[str, Any], schema: Schema | None) -> list[tuple[str, Schema | None]]:
    if schema is not None and schema.type is Type.STRUCT:
        return [(field.name, field.schema) for field in schema.fields]
    return [(str(name), None) for name in part]


def _only(
    fields: Mapping[str, Schema | None], names: Columns, record: SinkRecord
) -> Mapping[str, Schema]:
    for name in names:
        if name not in fields:
            raise DataError(f"{_where(record)}: there is no field {name} for the primary key")
    return {name: found for name in names if (found := fields[name]) is not None}


def _take_parts(names: Columns, part_of: Callable[[SinkRecord], Any]) -> _Take:
    def take(record: SinkRecord) -> tuple[Any, ...]:
        part = part_of(record)
        return tuple([part[name] for name in names])

    return take


def _take_value(fields: Iterable[tuple[str, Schema | None]]) -> _Take:
    names = [name for name, _ in fields]
    defaults = {
        name: schema.default for name, schema in fields if schema is not None and schema.has_default
    }
    if not defaults:
        return lambda record: tuple([record.value.get(name) for name in names])

    def take(record: SinkRecord) -> tuple[Any, ...]:
        found = [record.value.get(name) for name in names]
        return tuple(
            [defaults.get(n) if one is None else one for n, one in zip(names, found, strict=True)]
        )

    return take


def _place(record: SinkRecord) -> tuple[Any, ...]:
    """Where it is in Kafka, whatever a transform has made of its topic since."""
    return (record.original_topic or record.topic, record.partition, record.offset)


def _schemas(layouts: Iterable[_Layout], rows: Sequence[Row]) -> dict[str, Schema]:
    """The columns' schemas; where records have none, what their first value looks like."""
    schemas: dict[str, Schema] = {}
    missing: set[str] = set()
    for layout in layouts:
        schemas.update(layout.schemas)
        missing.update(layout.columns)
    missing -= set(schemas)
    for row in rows if missing else ():
        for name, value in zip(row.columns, row.values or row.key, strict=True):
            if name in missing and (found := _guess(value)) is not None:
                schemas[name] = optional(found)
                missing.discard(name)
        if not missing:
            break
    return schemas


def _guess(value: Any) -> Schema | None:
    return next((found for kind, found in _GUESSES if isinstance(value, kind)), None)


def _where(record: SinkRecord) -> str:
    return f"record {record.topic}-{record.partition} at offset {record.offset}"
