"""``InsertField``: what a record is (topic, partition, offset, time) or a fixed text, as fields."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from connect.spi.config import ConfigDef, ConfigKey, ConfigType, Importance
from connect.spi.errors import ConfigError, DataError
from connect.spi.instants import instant
from connect.spi.records import SinkRecord
from connect.spi.schema import INT32, INT64, STRING, TIMESTAMP, Field, Schema
from connect.spi.schema_cache import SchemaCache
from connect.transforms.requirements import (
    REPLACE_NULL,
    REPLACE_NULL_KEY,
    field_of,
    field_value,
    require_map,
    require_struct,
    with_fields,
)
from connect.transforms.transform import KEY, VALUE, PartTransform, R, Record, kafka_transform

_PURPOSE: Final = "field insertion"
_STATIC_VALUE: Final = "static.value"


@dataclass(frozen=True, slots=True)
class _Insertion:
    """A field to insert: ``value`` tells it of a record, None where the record has none."""

    name: str
    schema: Schema
    value: Callable[[Record], Any]


def _key(name: str, what: str) -> ConfigKey:
    return ConfigKey(
        name=name,
        type=ConfigType.STRING,
        default=None,
        importance=Importance.MEDIUM,
        doc=f"The field for {what}. It is optional; with ! at the end of its name it is required.",
    )


class InsertField(PartTransform):
    """A record whose key or value is null passes unchanged."""

    title = "Insert a field"
    doc = "Adds the record's topic, partition, offset or timestamp, or a fixed text, as a field."
    config = ConfigDef(
        (
            _key("topic.field", "the topic"),
            _key("partition.field", "the partition"),
            _key("offset.field", "the offset (sinks only)"),
            _key("timestamp.field", "the record's timestamp"),
            _key("static.field", "the fixed text"),
            ConfigKey(
                name=_STATIC_VALUE,
                type=ConfigType.STRING,
                default=None,
                importance=Importance.MEDIUM,
                doc="The fixed text.",
            ),
            REPLACE_NULL_KEY,
        )
    )

    def __init__(self, config: Mapping[str, Any]) -> None:
        text = config[_STATIC_VALUE]
        insertions = (
            ("topic.field", STRING, lambda record: record.topic),
            ("partition.field", INT32, lambda record: record.partition),
            ("offset.field", INT64, _offset),
            ("timestamp.field", TIMESTAMP, lambda record: record.timestamp_ms),
            ("static.field", STRING, lambda record: text),
        )
        self._insertions = [
            _insertion(config[setting], schema, value)
            for setting, schema, value in insertions
            if config[setting] is not None
        ]
        if not self._insertions:
            raise ConfigError("No field insertion configured")
        if config["static.field"] is not None and text is None:
            raise ConfigError(
                f"Invalid value null for configuration {_STATIC_VALUE}: "
                f"No value specified for static field: {config['static.field']}"
            )
        self._replace_null = config[REPLACE_NULL]
        self._schema = SchemaCache(self._with_insertions)

    def apply(self, record: R) -> R | None:
        value, schema = self.part.value(record), self.part.schema(record)
        if value is None:
            return record
        if schema is None:
            fields = dict(require_map(value, _PURPOSE))
            told = ((one.name, one.value(record)) for one in self._insertions)
            fields |= {name: value for name, value in told if value is not None}
            return self.part.changed(record, None, fields)
        struct = require_struct(schema, value, _PURPOSE)
        fields = {
            field.name: field_value(field, struct, self._replace_null) for field in schema.fields
        }
        for one in self._insertions:
            fields[one.name] = _schemaful(one, one.value(record))
        return self.part.changed(record, self._schema(schema), fields)

    def _with_insertions(self, schema: Schema) -> Schema:
        for one in self._insertions:
            if field_of(schema, one.name) is not None:
                raise DataError(f"Cannot create field because of field name duplication {one.name}")
        added = (Field(one.name, one.schema) for one in self._insertions)
        return with_fields(schema, (*schema.fields, *added))


def _insertion(spec: str, schema: Schema, value: Callable[[Record], Any]) -> _Insertion:
    optional = replace(schema, optional=True)
    if spec.endswith("?"):
        return _Insertion(spec[:-1], optional, value)
    if spec.endswith("!"):
        return _Insertion(spec[:-1], schema, value)
    return _Insertion(spec, optional, value)


def _schemaful(insertion: _Insertion, value: Any) -> Any:
    """With a schema a timestamp is an instant; without one it is its milliseconds."""
    is_instant = insertion.schema.name == TIMESTAMP.name
    return instant(value) if is_instant and value is not None else value


def _offset(record: Record) -> int:
    if not isinstance(record, SinkRecord):
        raise DataError(f"Only SinkRecord supported for [{_PURPOSE}], found: SourceRecord")
    return record.offset


class InsertFieldKey(InsertField):
    name, aliases, part = "InsertField$Key", kafka_transform("InsertField$Key"), KEY


class InsertFieldValue(InsertField):
    name, aliases, part = "InsertField$Value", kafka_transform("InsertField$Value"), VALUE
