"""Records as rows: which of their fields are the primary key, and which are columns. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum
from itertools import repeat
from typing import Any, Final

from connect.connectors.jdbc.layout import (
    Layout,
    Take,
    alike,
    fields_of,
    take_key,
    take_nothing,
    take_of_key,
    take_of_value,
    take_place,
    take_present,
    where,
)
from connect.connectors.jdbc.record_columns import RecordColumns
from connect.connectors.jdbc.rows import Batch, Columns, Key, Row, appended, merged, merged_alike
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
        found = RecordColumns.of(records)
        shapes = alike(found)
        layouts = [self._layout(found.record(indices[0])) for indices in shapes]
        key_columns = _key_columns(layouts)
        if len(layouts) == 1:
            keys, values = layouts[0].rows(found)
            if values is not None:
                return self._alike(layouts[0], keys, values)
        placed: dict[int, Row] = {}
        for layout, indices in zip(layouts, shapes, strict=True):
            keys, values = layout.rows(found.only(indices))
            rows = map(Row, keys, repeat(layout.columns), values or repeat(None))
            placed.update(zip(indices, rows, strict=True))
        in_order = [placed[index] for index in range(len(placed))]
        schemas = _schemas(layouts, in_order)
        return (merged if self.merges else appended)(in_order, key_columns, schemas)

    def _alike(self, layout: Layout, keys: list[Key], values: list[tuple[Any, ...]]) -> Batch:
        columns = layout.columns
        schemas = _schemas([layout], map(Row, keys, repeat(columns), values))
        if self.merges:
            return merged_alike(keys, values, columns, layout.key_columns, schemas)
        return Batch(layout.key_columns, schemas, writes={columns: values})

    def _layout(self, record: SinkRecord) -> Layout:
        key_columns, take, schemas = self._key(record)
        if record.value is None:
            if not self.deletes:
                raise DataError(
                    f"{where(record)}: a tombstone; delete.enabled=true would delete its row"
                )
            return Layout(key_columns, key_columns, take, None, schemas)
        if not isinstance(record.value, Mapping):
            what = type(record.value).__name__
            raise DataError(f"{where(record)}: its value is a {what}, no struct")
        rest = [
            field
            for field in fields_of(record.value, record.value_schema)
            if field[0] not in key_columns and (not self.whitelist or field[0] in self.whitelist)
        ]
        columns = key_columns + tuple(name for name, _ in rest)
        if not columns:
            raise DataError(f"{where(record)}: no field is left to be written")
        known = {name: schema for name, schema in rest if schema is not None}
        return Layout(key_columns, columns, take, take_present(rest), {**schemas, **known})

    def _key(self, record: SinkRecord) -> tuple[Columns, Take, Mapping[str, Schema]]:
        match self.pk_mode:
            case PkMode.NONE:
                return (), take_nothing, {}
            case PkMode.KAFKA:
                names = self.pk_fields or KAFKA_COLUMNS
                return names, take_place, dict(zip(names, _KAFKA_SCHEMAS, strict=True))
            case PkMode.RECORD_KEY:
                return self._fields_of_key(record)
        if not isinstance(record.value, Mapping):
            raise DataError(f"{where(record)}: its value is no struct, and holds the primary key")
        fields = dict(fields_of(record.value, record.value_schema))
        names = self.pk_fields or tuple(fields)
        return names, take_of_value(names), _only(fields, names, record)

    def _fields_of_key(self, record: SinkRecord) -> tuple[Columns, Take, Mapping[str, Schema]]:
        part, schema = record.key, record.key_schema
        if part is None:
            raise DataError(f"{where(record)}: its key is null, and is the primary key")
        if isinstance(part, Mapping):
            fields = dict(fields_of(part, schema))
            names = self.pk_fields or tuple(fields)
            return names, take_of_key(names), _only(fields, names, record)
        if len(self.pk_fields) != 1:
            raise DataError(
                f"{where(record)}: its key is no struct; one name in pk.fields says which column "
                "it is"
            )
        known = {self.pk_fields[0]: schema} if schema is not None else {}
        return self.pk_fields, take_key, known


def _key_columns(layouts: Sequence[Layout]) -> Columns:
    found = layouts[0].key_columns
    for layout in layouts:
        if layout.key_columns != found:
            raise DataError(
                f"records of one table have the primary keys {found} and {layout.key_columns}; "
                "name its columns in pk.fields"
            )
    return found


def _only(
    fields: Mapping[str, Schema | None], names: Columns, record: SinkRecord
) -> Mapping[str, Schema]:
    for name in names:
        if name not in fields:
            raise DataError(f"{where(record)}: there is no field {name} for the primary key")
    return {name: found for name in names if (found := fields[name]) is not None}


def _schemas(layouts: Iterable[Layout], rows: Iterable[Row]) -> dict[str, Schema]:
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
