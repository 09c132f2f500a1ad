"""What a transformation may ask of a value, and how a struct's fields are read."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Final

from connect.spi.config import ConfigKey, ConfigType, Importance
from connect.spi.errors import DataError
from connect.spi.schema import NO_DEFAULT, Field, Schema, Type

REPLACE_NULL: Final = "replace.null.with.default"
REPLACE_NULL_KEY: Final = ConfigKey(
    name=REPLACE_NULL,
    type=ConfigType.BOOLEAN,
    default=True,
    importance=Importance.MEDIUM,
    doc="Whether a null field that has a default takes the default. With false it stays null.",
)

# ``datetime`` before ``date`` and ``bool`` before ``int``: each is the other's subclass.
_KINDS: Final[tuple[tuple[type, str], ...]] = (
    (bool, "boolean"),
    (int, "int64"),
    (float, "float64"),
    (str, "string"),
    (bytes, "bytes"),
    (Decimal, "decimal"),
    (datetime, "timestamp"),
    (date, "date"),
    (time, "time"),
    (list, "array"),
    (dict, "map"),
)
_SCHEMALESS: Final[dict[str, Type]] = {
    kind.value: kind
    for kind in (
        Type.BOOLEAN, Type.INT64, Type.FLOAT64, Type.STRING, Type.BYTES, Type.ARRAY, Type.MAP,
    )
}  # fmt: skip


def kind(value: Any) -> str:
    """What a value is, in Connect's words, for messages: ``int64``, ``map``, ``null``."""
    if value is None:
        return "null"
    for python, name in _KINDS:
        if isinstance(value, python):
            return name
    return type(value).__name__


def schemaless_type(value: Any) -> Type | None:
    """The type that a value without a schema has; None for what needs a schema to be told, such as
    dates and decimals, as in Kafka."""
    return _SCHEMALESS.get(kind(value))


def require_map(value: Any, purpose: str) -> dict[str, Any]:
    """Raises ``DataError`` where a record without a schema is no map."""
    if not isinstance(value, dict):
        raise DataError(
            f"Only Map objects supported in absence of schema for [{purpose}], found: {kind(value)}"
        )
    return value


def require_struct(schema: Schema, value: Any, purpose: str) -> dict[str, Any]:
    """Raises ``DataError`` where a record with a schema is no struct."""
    if schema.type is not Type.STRUCT or not isinstance(value, dict):
        found = kind(value) if value is None or schema.type is Type.STRUCT else schema.type.value
        raise DataError(f"Only Struct objects supported for [{purpose}], found: {found}")
    return value


def field_of(schema: Schema, name: str) -> Field | None:
    """Raises ``DataError`` where the schema is none of a struct."""
    if schema.type is not Type.STRUCT:
        raise DataError("Cannot look up fields on non-struct type")
    return next((field for field in schema.fields if field.name == name), None)


def default_of(schema: Schema) -> Any:
    """None where there is no default."""
    return None if schema.default is NO_DEFAULT else schema.default


def field_value(field: Field, struct: Mapping[str, Any], replace_null: bool) -> Any:
    """A struct's field; its default where it is null and ``replace.null.with.default`` says so."""
    value = struct.get(field.name)
    return default_of(field.schema) if value is None and replace_null else value


def with_fields(schema: Schema, fields: tuple[Field, ...]) -> Schema:
    """A required struct with the name, version, doc and parameters of ``schema``, as Kafka's
    transformations copy one: its optionality and default do not come along."""
    return replace(schema, type=Type.STRUCT, optional=False, default=NO_DEFAULT, fields=fields)
