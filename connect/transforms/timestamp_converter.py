"""``TimestampConverter``: one way to tell time turned into another."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, time
from typing import Any, Final

from connect.spi.config import ConfigDef, ConfigKey, ConfigType, Importance
from connect.spi.errors import ConfigError, ConnectError, DataError
from connect.spi.instants import in_milliseconds, instant
from connect.spi.schema import DATE, INT64, NO_DEFAULT, STRING, TIME, TIMESTAMP, Field, Schema, Type
from connect.spi.schema_cache import SchemaCache
from connect.transforms.date_format import DateFormat, date_format
from connect.transforms.requirements import (
    REPLACE_NULL,
    REPLACE_NULL_KEY,
    default_of,
    field_value,
    kind,
    require_map,
    require_struct,
    with_fields,
)
from connect.transforms.transform import KEY, VALUE, PartTransform, R, kafka_transform
from connect.transforms.validators import exactly_one_of

_PURPOSE: Final = "converting timestamp formats"
_SCHEMAS: Final = {
    "string": STRING, "unix": INT64, "Date": DATE, "Time": TIME, "Timestamp": TIMESTAMP,
}  # fmt: skip
_PER_MILLISECOND: Final = {"nanoseconds": 1_000_000, "microseconds": 1_000, "milliseconds": 1}
_INT64: Final = range(-(1 << 63), 1 << 63)


class TimestampConverter(PartTransform):
    title = "Convert timestamps"
    doc = "Converts a time between text, Unix time and Connect's Date, Time and Timestamp, in UTC."
    config = ConfigDef(
        (
            ConfigKey(
                name="field",
                type=ConfigType.STRING,
                default="",
                importance=Importance.HIGH,
                doc="The field that is a time; empty when the whole key or value is one.",
            ),
            ConfigKey(
                name="target.type",
                type=ConfigType.STRING,
                importance=Importance.HIGH,
                validator=exactly_one_of(*_SCHEMAS),
                doc="What to convert to: string, unix, Date, Time or Timestamp.",
            ),
            ConfigKey(
                name="format",
                type=ConfigType.STRING,
                default="",
                importance=Importance.MEDIUM,
                validator=date_format,
                doc="How text is read and written (Java's SimpleDateFormat); needed for string.",
            ),
            ConfigKey(
                name="unix.precision",
                type=ConfigType.STRING,
                default="milliseconds",
                importance=Importance.LOW,
                validator=exactly_one_of("nanoseconds", "microseconds", "milliseconds", "seconds"),
                doc="What Unix time counts, read or written. Below a millisecond all is lost.",
            ),
            REPLACE_NULL_KEY,
        )
    )

    def __init__(self, config: Mapping[str, Any]) -> None:
        self._field: str = config["field"]
        self._target: str = config["target.type"]
        self._precision: str = config["unix.precision"]
        pattern = config["format"].strip() and config["format"]
        if self._target == "string" and not pattern:
            raise ConfigError(
                "TimestampConverter requires format option to be specified when using string "
                "timestamps"
            )
        self._format = DateFormat(pattern) if pattern else None
        self._replace_null = config[REPLACE_NULL]
        self._schema = SchemaCache(self._converted_schema)

    def apply(self, record: R) -> R | None:
        value, schema = self.part.value(record), self.part.schema(record)
        if schema is None:
            return self.part.changed(record, None, self._schemaless(value))
        if not self._field:
            updated = replace(_SCHEMAS[self._target], optional=schema.optional)
            converted = self._converted(value, _type_of(schema))
            return self.part.changed(record, updated, converted)
        if value is not None:
            require_struct(schema, value, _PURPOSE)
        return self.part.changed(record, self._schema(schema), self._struct(schema, value))

    def _schemaless(self, value: Any) -> Any:
        if value is None or not self._field:
            return self._converted(value, _inferred_type(value))
        fields = require_map(value, _PURPOSE)
        time_field = fields.get(self._field)
        return fields | {self._field: self._converted(time_field, _inferred_type(time_field))}

    def _struct(self, schema: Schema, struct: Mapping[str, Any] | None) -> dict[str, Any] | None:
        if struct is None:
            return None
        told = {
            field.name: field_value(field, struct, self._replace_null) for field in schema.fields
        }
        for field in schema.fields:
            if field.name == self._field:
                told[field.name] = self._converted(told[field.name], _type_of(field.schema))
        return told

    def _converted_schema(self, schema: Schema) -> Schema:
        fields = tuple(
            Field(field.name, replace(_SCHEMAS[self._target], optional=field.schema.optional))
            if field.name == self._field
            else field
            for field in schema.fields
        )
        default = self._struct(schema, default_of(schema))
        return replace(
            with_fields(schema, fields),
            optional=schema.optional,
            default=NO_DEFAULT if default is None else default,
        )

    def _converted(self, value: Any, source: str | None) -> Any:
        if value is None or source is None:
            return None
        milliseconds = self._read(value, source)
        if self._target == "unix":
            return self._unix(milliseconds)
        moment = instant(milliseconds)
        if self._target == "string":
            assert self._format is not None
            return self._format.write(moment)
        if self._target == "Date":
            return moment.date()
        # A time of day has no zone: it is UTC's.
        return moment.time() if self._target == "Time" else moment

    def _read(self, value: Any, source: str) -> int:
        """Milliseconds since 1970."""
        if source == "string":
            if self._format is None:
                raise DataError("Could not parse timestamp: there is no format to read text by")
            return in_milliseconds(self._format.read(value))
        if source == "unix":
            if self._precision == "seconds":
                return int(value) * 1_000
            return _toward_zero(value, _PER_MILLISECOND[self._precision])
        return in_milliseconds(value)

    def _unix(self, milliseconds: int) -> int:
        if self._precision == "seconds":
            return _toward_zero(milliseconds, 1_000)
        count = milliseconds * _PER_MILLISECOND[self._precision]
        # As in Java, what a long cannot hold is the largest or smallest that it can.
        return max(_INT64[0], min(count, _INT64[-1]))


def _toward_zero(number: int, divisor: int) -> int:
    return number // divisor if number >= 0 else -(-number // divisor)


def _type_of(schema: Schema) -> str:
    for name in ("Timestamp", "Date", "Time"):
        if schema.name == _SCHEMAS[name].name:
            return name
    if schema.type is Type.STRING:
        return "string"
    if schema.type is Type.INT64:
        return "unix"
    told = f"{schema.name}:{schema.type.name}" if schema.name else schema.type.name
    raise ConnectError(
        f"Schema Schema{{{told}}} does not correspond to a known timestamp type format"
    )


def _inferred_type(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, date | datetime | time):
        return "Timestamp"
    if isinstance(value, int) and not isinstance(value, bool):
        return "unix"
    if isinstance(value, str):
        return "string"
    raise DataError(f"TimestampConverter does not support {kind(value)} objects as timestamps")


class TimestampConverterKey(TimestampConverter):
    name, aliases = "TimestampConverter$Key", kafka_transform("TimestampConverter$Key")
    part = KEY


class TimestampConverterValue(TimestampConverter):
    name, aliases = "TimestampConverter$Value", kafka_transform("TimestampConverter$Value")
    part = VALUE
