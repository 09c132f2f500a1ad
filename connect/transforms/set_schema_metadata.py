"""``SetSchemaMetadata``: another name or version for a schema."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from connect.spi.config import ConfigDef, ConfigKey, ConfigType, Importance
from connect.spi.errors import ConfigError, DataError
from connect.spi.schema import Schema, Type
from connect.spi.schema_cache import SchemaCache
from connect.transforms.requirements import REPLACE_NULL, REPLACE_NULL_KEY, field_value
from connect.transforms.transform import KEY, VALUE, PartTransform, R, kafka_transform

_NAME: Final = "schema.name"
_VERSION: Final = "schema.version"


class SetSchemaMetadata(PartTransform):
    """Kafka's refuses every schema that is none of a struct; this one takes them."""

    title = "Set a schema's name"
    doc = "Sets the name, the version or both of the schema of the key or value."
    config = ConfigDef(
        (
            ConfigKey(
                name=_NAME,
                type=ConfigType.STRING,
                default=None,
                importance=Importance.HIGH,
                doc="The schema's new name.",
            ),
            ConfigKey(
                name=_VERSION,
                type=ConfigType.INT,
                default=None,
                importance=Importance.HIGH,
                doc="The schema's new version.",
            ),
            REPLACE_NULL_KEY,
        )
    )

    def __init__(self, config: Mapping[str, Any]) -> None:
        changes = {"name": config[_NAME], "version": config[_VERSION]}
        self._changes: dict[str, Any] = {
            name: value for name, value in changes.items() if value is not None
        }
        if not self._changes:
            raise ConfigError("Neither schema name nor version configured")
        self._replace_null = config[REPLACE_NULL]
        self._schema = SchemaCache(self._renamed)

    def apply(self, record: R) -> R | None:
        value, schema = self.part.value(record), self.part.schema(record)
        if value is None and schema is None:
            return record
        if schema is None:
            raise DataError("Schema required for [updating schema metadata]")
        if schema.type is Type.STRUCT and isinstance(value, dict):
            value = {
                field.name: field_value(field, value, self._replace_null) for field in schema.fields
            }
        return self.part.changed(record, self._schema(schema), value)

    def _renamed(self, schema: Schema) -> Schema:
        return replace(schema, **self._changes)


class SetSchemaMetadataKey(SetSchemaMetadata):
    name, aliases, part = "SetSchemaMetadata$Key", kafka_transform("SetSchemaMetadata$Key"), KEY


class SetSchemaMetadataValue(SetSchemaMetadata):
    name, aliases = "SetSchemaMetadata$Value", kafka_transform("SetSchemaMetadata$Value")
    part = VALUE
