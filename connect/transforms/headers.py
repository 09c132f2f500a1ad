"""``DropHeaders``, ``HeaderFrom`` and ``InsertHeader``."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from connect.spi.config import ConfigDef, ConfigKey, ConfigType, Importance
from connect.spi.errors import ConfigError, DataError
from connect.spi.records import Header
from connect.spi.schema import Schema
from connect.spi.schema_cache import SchemaCache
from connect.spi.values import parse_string
from connect.transforms.requirements import (
    REPLACE_NULL,
    REPLACE_NULL_KEY,
    field_of,
    field_value,
    require_map,
    require_struct,
    with_fields,
)
from connect.transforms.transform import KEY, VALUE, PartTransform, R, Transform, kafka_transform
from connect.transforms.validators import exactly_one_of, non_empty_list

_HEADERS: Final = "headers"
_FIELDS: Final = "fields"
_OPERATION: Final = "operation"


class DropHeaders(Transform):
    name = "DropHeaders"
    aliases = kafka_transform("DropHeaders")
    title = "Drop headers"
    doc = "Removes headers by their names."
    config = ConfigDef(
        (
            ConfigKey(
                name=_HEADERS,
                type=ConfigType.LIST,
                importance=Importance.HIGH,
                validator=non_empty_list,
                doc="The names of the headers to remove.",
            ),
        )
    )

    def __init__(self, config: Mapping[str, Any]) -> None:
        self._dropped = frozenset(config[_HEADERS])

    def apply(self, record: R) -> R | None:
        kept = tuple(header for header in record.headers if header.key not in self._dropped)
        return replace(record, headers=kept)


class HeaderFrom(PartTransform):
    title = "Headers from fields"
    doc = "Copies or moves fields of the key or value into the record's headers."
    config = ConfigDef(
        (
            ConfigKey(
                name=_FIELDS,
                type=ConfigType.LIST,
                importance=Importance.HIGH,
                validator=non_empty_list,
                doc="The fields whose values go into headers.",
            ),
            ConfigKey(
                name=_HEADERS,
                type=ConfigType.LIST,
                importance=Importance.HIGH,
                validator=non_empty_list,
                doc="The headers' names, in the order of the fields.",
            ),
            ConfigKey(
                name=_OPERATION,
                type=ConfigType.STRING,
                importance=Importance.HIGH,
                validator=exactly_one_of("move", "copy"),
                doc="move takes the fields out of the key or value; copy leaves them there.",
            ),
            REPLACE_NULL_KEY,
        )
    )

    def __init__(self, config: Mapping[str, Any]) -> None:
        fields, headers = config[_FIELDS], config[_HEADERS]
        if len(fields) != len(headers):
            raise ConfigError(
                f"'{_FIELDS}' config must have the same number of elements as '{_HEADERS}' config."
            )
        self._headers = list(zip(fields, headers, strict=True))
        self._moved = frozenset(fields) if config[_OPERATION] == "move" else frozenset()
        self._purpose = f"header {config[_OPERATION]}"
        self._replace_null = config[REPLACE_NULL]
        self._schema = SchemaCache(self._without_moved)

    def apply(self, record: R) -> R | None:
        value, schema = self.part.value(record), self.part.schema(record)
        added: list[Header]
        if schema is None:
            fields = require_map(value, self._purpose)
            added = [Header(header, None, fields.get(field)) for field, header in self._headers]
            left = {name: fields[name] for name in fields if name not in self._moved}
        else:
            struct = require_struct(schema, value, self._purpose)
            added = [self._header(schema, struct, *names) for names in self._headers]
            left = {
                field.name: field_value(field, struct, self._replace_null)
                for field in schema.fields
                if field.name not in self._moved
            }
            schema = self._schema(schema) if self._moved else schema
        return self.part.changed(
            replace(record, headers=(*record.headers, *added)),
            schema,
            left if self._moved else value,
        )

    def _header(self, schema: Schema, struct: Mapping[str, Any], name: str, header: str) -> Header:
        field = field_of(schema, name)
        if field is None:
            raise DataError(f"Field does not exist: {name}")
        return Header(header, field.schema, field_value(field, struct, self._replace_null))

    def _without_moved(self, schema: Schema) -> Schema:
        kept = tuple(field for field in schema.fields if field.name not in self._moved)
        return with_fields(schema, kept)


class HeaderFromKey(HeaderFrom):
    name, aliases, part = "HeaderFrom$Key", kafka_transform("HeaderFrom$Key"), KEY


class HeaderFromValue(HeaderFrom):
    name, aliases, part = "HeaderFrom$Value", kafka_transform("HeaderFrom$Value"), VALUE


class InsertHeader(Transform):
    name = "InsertHeader"
    aliases = kafka_transform("InsertHeader")
    title = "Insert a header"
    doc = "Adds a header with a fixed value to each record, beside others of its name."
    config = ConfigDef(
        (
            ConfigKey(
                name="header",
                type=ConfigType.STRING,
                importance=Importance.HIGH,
                doc="The header's name.",
            ),
            ConfigKey(
                name="value.literal",
                type=ConfigType.STRING,
                importance=Importance.HIGH,
                doc="The header's value. Its type is told from its text: 7 is a number, true a "
                "boolean, 2026-11-27 a date, [1,2] a list, everything else text.",
            ),
        )
    )

    def __init__(self, config: Mapping[str, Any]) -> None:
        self._header = Header(config["header"], *parse_string(config["value.literal"]))

    def apply(self, record: R) -> R | None:
        return replace(record, headers=(*record.headers, self._header))
