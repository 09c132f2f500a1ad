"""``Cast``: fields, or a whole key or value, turned into another primitive type."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from connect.spi.config import ConfigDef, ConfigKey, ConfigType, Importance
from connect.spi.errors import ConfigError
from connect.spi.schema import NO_DEFAULT, Field, Schema, Type
from connect.spi.schema_cache import SchemaCache
from connect.transforms.casting import OUTPUTS, cast, names
from connect.transforms.requirements import (
    REPLACE_NULL,
    REPLACE_NULL_KEY,
    default_of,
    field_value,
    require_map,
    require_struct,
    with_fields,
)
from connect.transforms.transform import KEY, VALUE, PartTransform, R, kafka_transform

_SPEC: Final = "spec"
_PURPOSE: Final = "cast types"
_WHOLE: Final = ""
"""Where the specification names no field: the type of the whole key or value."""
_LOGICAL: Final = "org.apache.kafka.connect.data."
_NO_PARAMETERS: Final = Schema(Type.STRING).parameters


def _checked(name: str, value: Any) -> None:
    _parse(value or ())


class Cast(PartTransform):
    """Kafka's: a schema's name, version and parameters stay, but for those of a logical type (a
    text is no Timestamp, whatever it was; Kafka keeps them)."""

    title = "Cast"
    doc = (
        "Casts fields, or the whole key or value, to another type: from integers, floats, booleans "
        "and text to any other; bytes to text (Base64)."
    )
    config = ConfigDef(
        (
            ConfigKey(
                name=_SPEC,
                type=ConfigType.LIST,
                importance=Importance.HIGH,
                validator=_checked,
                doc="Fields and their new types, as in id:string,price:float64; or one type for "
                "the whole. Types: int8, int16, int32, int64, float32, float64, boolean, string.",
            ),
            REPLACE_NULL_KEY,
        )
    )

    def __init__(self, config: Mapping[str, Any]) -> None:
        self._casts = _parse(config[_SPEC])
        self._whole = self._casts.get(_WHOLE)
        self._replace_null = config[REPLACE_NULL]
        self._struct_schema = SchemaCache(self._cast_fields)
        self._whole_schema = SchemaCache(self._cast_whole)

    def apply(self, record: R) -> R | None:
        value, schema = self.part.value(record), self.part.schema(record)
        if value is None:
            return record
        if self._whole is not None:
            changed = None if schema is None else self._whole_schema(schema)
            return self.part.changed(record, changed, cast(schema, value, self._whole))
        if schema is None:
            fields = require_map(value, _PURPOSE)
            return self.part.changed(record, None, fields | self._cast_map(fields))
        struct = require_struct(schema, value, _PURPOSE)
        return self.part.changed(record, self._struct_schema(schema), self._struct(schema, struct))

    def _cast_map(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        return {name: cast(None, fields.get(name), to) for name, to in self._casts.items()}

    def _struct(self, schema: Schema, struct: Mapping[str, Any]) -> dict[str, Any]:
        return {
            field.name: self._field(field, field_value(field, struct, self._replace_null))
            for field in schema.fields
        }

    def _field(self, field: Field, value: Any) -> Any:
        to = self._casts.get(field.name)
        return value if to is None else cast(field.schema, value, to)

    def _cast_fields(self, schema: Schema) -> Schema:
        fields = tuple(self._cast_field(field) for field in schema.fields)
        default = default_of(schema)
        return replace(
            with_fields(schema, fields),
            optional=schema.optional,
            default=NO_DEFAULT if default is None else self._struct(schema, default),
        )

    def _cast_field(self, field: Field) -> Field:
        to = self._casts.get(field.name)
        if to is None:
            return field
        optional, default = field.schema.optional, _cast_default(field.schema, to)
        return Field(field.name, Schema(to, optional=optional, default=default))

    def _cast_whole(self, schema: Schema) -> Schema:
        assert self._whole is not None
        changes: dict[str, Any] = {
            "type": self._whole,
            "default": _cast_default(schema, self._whole),
            "keys": None,
            "values": None,
        }
        if schema.name is not None and schema.name.startswith(_LOGICAL):
            changes |= {"name": None, "version": None, "parameters": _NO_PARAMETERS}
        return replace(schema, **changes)


def _cast_default(schema: Schema, to: Type) -> Any:
    default = default_of(schema)
    return NO_DEFAULT if default is None else cast(schema, default, to)


def _parse(mappings: Sequence[str]) -> dict[str, Type]:
    """Types by field. Raises ``ConfigError``."""
    if not mappings:
        raise ConfigError("Must specify at least one field to cast.")
    casts: dict[str, Type] = {}
    for mapping in mappings:
        parts = [part.strip() for part in mapping.split(":")]
        if len(parts) > 2:
            raise ConfigError(f"Invalid cast in {_SPEC}: {mapping}; one reads field:type")
        casts[parts[0] if len(parts) == 2 else _WHOLE] = _type(parts[-1])
    if _WHOLE in casts and len(mappings) > 1:
        raise ConfigError(
            "Cast transformations that specify a type to cast the entire value to may only specify "
            "a single cast in their spec"
        )
    return casts


def _type(text: str) -> Type:
    try:
        to = Type(text.lower())
    except ValueError as error:
        raise ConfigError(f"Invalid type found in casting spec: {text}") from error
    if to not in OUTPUTS:
        raise ConfigError(
            f"Cast transformation does not support casting to {to.name}; "
            f"supported types are {names(OUTPUTS)}"
        )
    return to


class CastKey(Cast):
    name, aliases, part = "Cast$Key", kafka_transform("Cast$Key"), KEY


class CastValue(Cast):
    name, aliases, part = "Cast$Value", kafka_transform("Cast$Value"), VALUE
