"""What a column of each of PostgreSQL's types becomes. Pure.

Built-in types are known by their object ids, which never change; what is an array, an enum or a
domain the catalogue says. Schemas are Debezium's, by its names (``io.debezium.…``) where Kafka
Connect has none of its own.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from functools import partial
from typing import Any, Final

from connect.connectors.postgresql_cdc import text_values as text
from connect.spi.schema import (
    BOOLEAN,
    BYTES,
    DATE,
    FLOAT32,
    FLOAT64,
    INT16,
    INT32,
    INT64,
    STRING,
    TIME,
    TIMESTAMP,
    Field,
    Schema,
    Type,
    array,
    decimal,
    optional,
    struct,
)

UNAVAILABLE: Final = "__debezium_unavailable_value"
"""In place of a large value that an update did not touch and the log therefore lacks."""


class DecimalMode(Enum):
    PRECISE = "precise"
    DOUBLE = "double"
    STRING = "string"


class TimeMode(Enum):
    """``ADAPTIVE``: numbers as fine as the column; ``CONNECT``: Kafka Connect's logical types, to
    the millisecond."""

    ADAPTIVE = "adaptive"
    ADAPTIVE_MICROSECONDS = "adaptive_time_microseconds"
    CONNECT = "connect"


@dataclass(frozen=True, slots=True)
class DatabaseType:
    """A type that is not built in, or an array: exactly one of the others is set. ``base`` is a
    domain's type, with ``base_modifier``."""

    oid: int
    element_oid: int | None = None
    base_oid: int | None = None
    base_modifier: int = -1
    labels: tuple[str, ...] | None = None


class _NoPlaceholder(Enum):
    NO_PLACEHOLDER = "none"


NO_PLACEHOLDER: Final = _NoPlaceholder.NO_PLACEHOLDER


@dataclass(frozen=True, slots=True)
class ColumnType:
    """``convert`` takes the text form, and raises ``ValueError``; ``placeholder`` stands for what
    the log lacks."""

    schema: Schema
    convert: Callable[[bytes], Any]
    placeholder: Any = NO_PLACEHOLDER


@dataclass(frozen=True, slots=True)
class ColumnTypes:
    """How types are mapped; ``known`` are those that the catalogue has told of, by object id."""

    decimals: DecimalMode
    times: TimeMode
    known: Mapping[int, DatabaseType] = field(default_factory=dict)

    def of(self, oid: int, modifier: int) -> ColumnType:
        """What a column of that type becomes: text, for a type that nothing is known of."""
        known = self.known.get(oid)
        if known is not None:
            if known.base_oid is not None:
                # A domain's own modifier is -1: its type's is the one that counts.
                return self.of(known.base_oid, known.base_modifier)
            if known.element_oid is not None:
                return _array(self.of(known.element_oid, modifier))
            if known.labels is not None:
                return _text("io.debezium.data.Enum", {"allowed": ",".join(known.labels)})
        return self._built_in(oid, modifier) or _text(_NAMED.get(oid))

    def _built_in(self, oid: int, modifier: int) -> ColumnType | None:
        if oid in _PLAIN:
            return _PLAIN[oid]
        match oid:
            case 1700:
                return self._numeric(modifier)
            case 790:
                return self._decimal(2, text.money)
            case 1560 | 1562:
                return _bits(modifier, is_single=oid == 1560 and modifier == 1)
            case 1082 | 1083 | 1114:
                return self._time(oid, modifier)
        return None

    def _numeric(self, modifier: int) -> ColumnType:
        if self.decimals is DecimalMode.PRECISE and modifier == -1:
            return ColumnType(_VARIABLE_SCALE, _variable_scale)
        scale = ((modifier - 4) & 0x7FF ^ 1024) - 1024
        return self._decimal(max(0, scale), text.number)

    def _decimal(self, scale: int, convert: Callable[[bytes], Any]) -> ColumnType:
        match self.decimals:
            case DecimalMode.PRECISE:
                return ColumnType(decimal(scale), convert)
            case DecimalMode.DOUBLE:
                to_float = float if convert is text.number else lambda raw: float(convert(raw))
                return ColumnType(FLOAT64, to_float)
            case DecimalMode.STRING:
                to_text = _string if convert is text.number else lambda raw: str(convert(raw))
                return ColumnType(STRING, to_text, UNAVAILABLE)

    def _time(self, oid: int, modifier: int) -> ColumnType:
        if self.times is TimeMode.CONNECT:
            return _CONNECT_TIMES[oid]
        is_coarse = 0 <= modifier <= 3
        if oid == 1083 and is_coarse and self.times is TimeMode.ADAPTIVE:
            return ColumnType(_named(INT32, "io.debezium.time.Time"), text.time_ms)
        if oid == 1114 and is_coarse:
            return ColumnType(_named(INT64, "io.debezium.time.Timestamp"), text.timestamp_ms)
        return _FINE_TIMES[oid]


def _named(schema: Schema, name: str, parameters: Mapping[str, str] | None = None) -> Schema:
    return replace(schema, name=name, version=1, parameters=parameters or {})


_string: Final = bytes.decode


def _text(name: str | None, parameters: Mapping[str, str] | None = None) -> ColumnType:
    schema = STRING if name is None else _named(STRING, name, parameters)
    return ColumnType(schema, _string, UNAVAILABLE)


def _variable_scale(raw: bytes) -> dict[str, Any]:
    scale, value = text.unscaled(text.number(raw))
    return {"scale": scale, "value": value}


def _bits(modifier: int, *, is_single: bool) -> ColumnType:
    if is_single:
        return ColumnType(BOOLEAN, lambda raw: raw == b"1")
    length = modifier if modifier > 0 else 2**31 - 1
    schema = _named(BYTES, "io.debezium.data.Bits", {"length": str(length)})
    return ColumnType(schema, text.bits, UNAVAILABLE.encode())


def _array(element: ColumnType) -> ColumnType:
    return ColumnType(
        array(optional(element.schema)),
        partial(_converted_elements, element.convert),
        _array_placeholder(element),
    )


def _converted_elements(convert: Callable[[bytes], Any], raw: bytes) -> list[Any]:
    return [None if each is None else convert(each) for each in text.elements(raw)]


def _array_placeholder(element: ColumnType) -> Any:
    """Of numbers: the bytes of the text, each as a number."""
    if element.placeholder is not NO_PLACEHOLDER:
        return [element.placeholder]
    if element.schema.name is not None:
        return NO_PLACEHOLDER
    match element.schema.type:
        case Type.INT16 | Type.INT32 | Type.INT64:
            return list(UNAVAILABLE.encode())
        case Type.FLOAT32 | Type.FLOAT64:
            return [float(each) for each in UNAVAILABLE.encode()]
    return NO_PLACEHOLDER


_VARIABLE_SCALE: Final = replace(
    struct(
        Field("scale", INT32), Field("value", BYTES), name="io.debezium.data.VariableScaleDecimal"
    ),
    version=1,
)
_PLAIN: Final[Mapping[int, ColumnType]] = {
    16: ColumnType(BOOLEAN, text.boolean),
    17: ColumnType(BYTES, text.byte_string, UNAVAILABLE.encode()),
    20: ColumnType(INT64, int),
    21: ColumnType(INT16, int),
    23: ColumnType(INT32, int),
    26: ColumnType(INT64, int),
    700: ColumnType(FLOAT32, float),
    701: ColumnType(FLOAT64, float),
    1184: ColumnType(_named(STRING, "io.debezium.time.ZonedTimestamp"), text.zoned_timestamp),
    1266: ColumnType(_named(STRING, "io.debezium.time.ZonedTime"), text.zoned_time),
    1186: ColumnType(_named(STRING, "io.debezium.time.Interval"), _string),
}
_NAMED: Final = {
    114: "io.debezium.data.Json",
    3802: "io.debezium.data.Json",
    142: "io.debezium.data.Xml",
    2950: "io.debezium.data.Uuid",
}
_CONNECT_TIMES: Final = {
    1082: ColumnType(DATE, text.plain_date),
    1083: ColumnType(TIME, text.plain_time),
    1114: ColumnType(TIMESTAMP, text.instant),
}
_FINE_TIMES: Final = {
    1082: ColumnType(_named(INT32, "io.debezium.time.Date"), text.days),
    1083: ColumnType(_named(INT64, "io.debezium.time.MicroTime"), text.time_us),
    1114: ColumnType(_named(INT64, "io.debezium.time.MicroTimestamp"), text.timestamp_us),
}
