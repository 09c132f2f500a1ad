"""``Flatten``: nested structs or maps as one level of fields."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from connect.spi.config import ConfigDef, ConfigKey, ConfigType, Importance
from connect.spi.errors import DataError
from connect.spi.schema import NO_DEFAULT, Field, Schema, Type
from connect.spi.schema_cache import SchemaCache
from connect.transforms.requirements import (
    default_of,
    field_value,
    kind,
    require_map,
    require_struct,
    schemaless_type,
    with_fields,
)
from connect.transforms.transform import KEY, VALUE, PartTransform, R, kafka_transform

_PURPOSE: Final = "flattening"
_DELIMITER: Final = "delimiter"
DEPTH_MAX: Final = 100
"""Levels of nesting; JSON's readers allow about a thousand, Python's stack not much more."""


class Flatten(PartTransform):
    title = "Flatten"
    doc = (
        "Brings nested structs (or maps, without a schema) to one level; a field's name is its "
        "path, joined by a delimiter. Lists stay as they are."
    )
    config = ConfigDef(
        (
            ConfigKey(
                name=_DELIMITER,
                type=ConfigType.STRING,
                default=".",
                importance=Importance.MEDIUM,
                doc="What stands between the names of a path.",
            ),
        )
    )

    def __init__(self, config: Mapping[str, Any]) -> None:
        self._delimiter = config[_DELIMITER]
        self._schema = SchemaCache(
            lambda schema: with_fields(
                schema, tuple(self._flat_fields(schema, "", schema.optional, default_of(schema)))
            )
        )

    def apply(self, record: R) -> R | None:
        value, schema = self.part.value(record), self.part.schema(record)
        if value is None:
            return record
        if schema is None:
            flat = dict(self._flat_map(require_map(value, _PURPOSE), "", 0))
            return self.part.changed(record, None, flat)
        flat = dict(self._flat_struct(schema, require_struct(schema, value, _PURPOSE), ""))
        return self.part.changed(record, self._schema(schema), flat)

    def _flat_map(
        self, fields: Mapping[str, Any], path: str, depth: int
    ) -> Iterator[tuple[str, Any]]:
        if depth > DEPTH_MAX:
            raise DataError(f"Flatten transformation goes {DEPTH_MAX} levels deep, no further")
        for name, value in fields.items():
            here = self._joined(path, name)
            if isinstance(value, dict):
                yield from self._flat_map(value, here, depth + 1)
            elif value is not None and schemaless_type(value) is None:
                raise DataError(
                    f"Flatten transformation was passed a value of type {kind(value)} which is not "
                    "supported by Connect's data API"
                )
            else:
                yield here, value

    def _flat_struct(
        self, schema: Schema, struct: Mapping[str, Any] | None, path: str
    ) -> Iterator[tuple[str, Any]]:
        """The fields of a null struct are null."""
        for field in schema.fields:
            here = self._joined(path, field.name)
            value = None if struct is None else field_value(field, struct, replace_null=True)
            if field.schema.type is Type.STRUCT:
                yield from self._flat_struct(field.schema, value, here)
            else:
                yield here, value

    def _flat_fields(
        self, schema: Schema, path: str, optional: bool, default: Mapping[str, Any] | None
    ) -> Iterator[Field]:
        """A field is optional where it or a struct around it is; its default is its own, or what
        the default of a struct around it holds."""
        for field in schema.fields:
            here = self._joined(path, field.name)
            is_optional = optional or field.schema.optional
            own = default_of(field.schema)
            if own is None and default is not None:
                own = default.get(field.name)
            if field.schema.type is Type.STRUCT:
                yield from self._flat_fields(field.schema, here, is_optional, own)
            elif field.schema.type is Type.MAP:
                raise DataError(
                    "Flatten transformation does not support MAP for record with schemas "
                    f"(for field {here})."
                )
            else:
                told = NO_DEFAULT if own is None else own
                yield Field(here, replace(field.schema, optional=is_optional, default=told))

    def _joined(self, path: str, name: str) -> str:
        return f"{path}{self._delimiter}{name}" if path else name


class FlattenKey(Flatten):
    name, aliases, part = "Flatten$Key", kafka_transform("Flatten$Key"), KEY


class FlattenValue(Flatten):
    name, aliases, part = "Flatten$Value", kafka_transform("Flatten$Value"), VALUE
