"""``ExtractField``, ``HoistField``, ``ValueToKey``: a field becoming the whole, and the reverse."""

from collections.abc import Mapping
from typing import Any, Final

from connect.spi.config import ConfigDef, ConfigKey, ConfigType, Importance
from connect.spi.errors import DataError
from connect.spi.schema import Field, Schema, struct
from connect.spi.schema_cache import SchemaCache
from connect.transforms.field_path import SYNTAX_CONFIG, SYNTAX_VERSION, FieldPath
from connect.transforms.requirements import (
    REPLACE_NULL,
    REPLACE_NULL_KEY,
    field_of,
    field_value,
    require_map,
    require_struct,
)
from connect.transforms.transform import KEY, VALUE, PartTransform, R, Transform, kafka_transform
from connect.transforms.validators import non_empty_list

_FIELD: Final = "field"
_FIELDS: Final = "fields"


class ExtractField(PartTransform):
    title = "Extract a field"
    doc = "Puts one field in the place of the whole key or value. A null stays a null."
    config = (
        ConfigDef(
            (
                ConfigKey(
                    name=_FIELD,
                    type=ConfigType.STRING,
                    importance=Importance.MEDIUM,
                    doc="The field to extract.",
                ),
                REPLACE_NULL_KEY,
            )
        )
        + SYNTAX_CONFIG
    )

    def __init__(self, config: Mapping[str, Any]) -> None:
        self._path = FieldPath(config[_FIELD], config[SYNTAX_VERSION])
        self._replace_null = config[REPLACE_NULL]

    def apply(self, record: R) -> R | None:
        value, schema = self.part.value(record), self.part.schema(record)
        if schema is None:
            found = None if value is None else self._of_map(value)
            return self.part.changed(record, None, found)
        if value is not None:
            require_struct(schema, value, "field extraction")
        field = self._path.field_from(schema)
        if field is None:
            raise DataError(f"Unknown field: {self._path.text}")
        found = self._path.value_from_struct(schema, value, self._replace_null)
        return self.part.changed(record, field.schema, found)

    def _of_map(self, value: Any) -> Any:
        return self._path.value_from_map(require_map(value, "field extraction"))


class ExtractFieldKey(ExtractField):
    name, aliases, part = "ExtractField$Key", kafka_transform("ExtractField$Key"), KEY


class ExtractFieldValue(ExtractField):
    name, aliases, part = "ExtractField$Value", kafka_transform("ExtractField$Value"), VALUE


class HoistField(PartTransform):
    title = "Hoist into a field"
    doc = "Wraps the whole key or value in a struct, or a map, of one field."
    config = ConfigDef(
        (
            ConfigKey(
                name=_FIELD,
                type=ConfigType.STRING,
                importance=Importance.MEDIUM,
                doc="The name of the one field.",
            ),
        )
    )

    def __init__(self, config: Mapping[str, Any]) -> None:
        self._field = config[_FIELD]
        self._schema = SchemaCache(lambda schema: struct(Field(self._field, schema)))

    def apply(self, record: R) -> R | None:
        schema = self.part.schema(record)
        hoisted = None if schema is None else self._schema(schema)
        return self.part.changed(record, hoisted, {self._field: self.part.value(record)})


class HoistFieldKey(HoistField):
    name, aliases, part = "HoistField$Key", kafka_transform("HoistField$Key"), KEY


class HoistFieldValue(HoistField):
    name, aliases, part = "HoistField$Value", kafka_transform("HoistField$Value"), VALUE


class ValueToKey(Transform):
    name = "ValueToKey"
    aliases = kafka_transform("ValueToKey")
    title = "Value to key"
    doc = "Replaces the key by a struct, or a map, of fields of the value."
    config = ConfigDef(
        (
            ConfigKey(
                name=_FIELDS,
                type=ConfigType.LIST,
                importance=Importance.HIGH,
                validator=non_empty_list,
                doc="The fields of the value that make the key.",
            ),
            REPLACE_NULL_KEY,
        )
    )

    def __init__(self, config: Mapping[str, Any]) -> None:
        self._fields: list[str] = config[_FIELDS]
        self._replace_null = config[REPLACE_NULL]
        self._key_schema = SchemaCache(self._of_fields)

    def apply(self, record: R) -> R | None:
        purpose = "copying fields from value to key"
        schema = record.value_schema
        if schema is None:
            value = require_map(record.value, purpose)
            return KEY.changed(record, None, {name: value.get(name) for name in self._fields})
        value = require_struct(schema, record.value, purpose)
        key_schema = self._key_schema(schema)
        key = {
            field.name: field_value(field, value, self._replace_null) for field in key_schema.fields
        }
        return KEY.changed(record, key_schema, key)

    def _of_fields(self, schema: Schema) -> Schema:
        fields = []
        for name in self._fields:
            field = field_of(schema, name)
            if field is None:
                raise DataError(f"Field does not exist: {name}")
            fields.append(field)
        return struct(*fields)
