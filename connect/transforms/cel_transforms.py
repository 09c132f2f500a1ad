"""``CelFilter`` and ``CelMap``: what Kafka leaves to scripting plugins, in CEL."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, ClassVar, Final

from connect.spi.config import ConfigDef, ConfigKey, ConfigType, Importance
from connect.spi.errors import ConfigError, DataError
from connect.spi.instants import iso_text
from connect.spi.schema import TIMESTAMP, Field, Schema, Type
from connect.spi.schema_cache import SchemaCache
from connect.transforms.casting import OUTPUTS, cast
from connect.transforms.cel_expression import VARIABLES, CelExpression, cel_expression
from connect.transforms.requirements import kind, require_map, require_struct, with_fields
from connect.transforms.transform import KEY, VALUE, PartTransform, R, Transform
from connect.transforms.validators import exactly_one_of

_EXPRESSION: Final = "expression"
_TIMESTAMP: Final = "timestamp"


def _expression_key(what: str) -> ConfigKey:
    return ConfigKey(
        name=_EXPRESSION,
        type=ConfigType.STRING,
        importance=Importance.HIGH,
        validator=cel_expression,
        doc=f"{what} Variables: {VARIABLES} (headers by name, timestamp in Unix ms).",
    )


class CelFilter(Transform):
    name = "CelFilter"
    needs_budget: ClassVar[bool] = True
    title = "Filter by expression"
    doc = "Keeps the records for which a CEL expression is true."
    config = ConfigDef(
        (_expression_key("A CEL expression that gives true for records to keep, else false."),)
    )

    def __init__(self, config: Mapping[str, Any]) -> None:
        self._expression = CelExpression(_EXPRESSION, config[_EXPRESSION])

    def apply(self, record: R) -> R | None:
        kept = self._expression.evaluate(record)
        if not isinstance(kept, bool):
            raise DataError(f"The filter gives {kind(kept)}, where true or false is needed")
        return record if kept else None


class CelMap(PartTransform):
    """Without ``field`` the result is the whole key or value, and has a schema only with ``type``;
    with it the result is one field, and a struct needs ``type`` for that field's schema."""

    needs_budget: ClassVar[bool] = True
    title = "Map by expression"
    doc = "Puts what a CEL expression gives in the place of the key or value, or of one field."
    config = ConfigDef(
        (
            _expression_key("A CEL expression that gives the new value."),
            ConfigKey(
                name="field",
                type=ConfigType.STRING,
                default="",
                importance=Importance.MEDIUM,
                doc="The field that takes the result, there already or new; empty for the whole.",
            ),
            ConfigKey(
                name="type",
                type=ConfigType.STRING,
                default="",
                importance=Importance.MEDIUM,
                validator=exactly_one_of("", *(one.value for one in OUTPUTS), "bytes", _TIMESTAMP),
                doc="The result's type, by which it gets a schema. Records whose key or value is a "
                "struct need it for a field.",
            ),
        )
    )

    def __init__(self, config: Mapping[str, Any]) -> None:
        self._expression = CelExpression(_EXPRESSION, config[_EXPRESSION])
        self._field: str = config["field"]
        self._type = _schema(config["type"])
        self._struct_schema = SchemaCache(self._with_field)

    def apply(self, record: R) -> R | None:
        result = self._expression.evaluate(record)
        value, schema = self.part.value(record), self.part.schema(record)
        if not self._field:
            return self.part.changed(record, self._type, _typed(self._type, result))
        if value is None:
            return record
        if schema is None:
            fields = require_map(value, "mapping by expression")
            return self.part.changed(record, None, fields | {self._field: _typed(None, result)})
        struct = require_struct(schema, value, "mapping by expression")
        told = struct | {self._field: _typed(self._type, result)}
        return self.part.changed(record, self._struct_schema(schema), told)

    def _with_field(self, schema: Schema) -> Schema:
        if self._type is None:
            raise DataError(f"The field {self._field} of a struct needs the setting type")
        field = Field(self._field, self._type)
        names = [one.name for one in schema.fields]
        if self._field in names:
            fields = tuple(field if one.name == self._field else one for one in schema.fields)
        else:
            fields = (*schema.fields, field)
        return with_fields(schema, fields)


def _schema(name: str) -> Schema | None:
    if not name:
        return None
    if name == _TIMESTAMP:
        return replace(TIMESTAMP, optional=True)
    try:
        return Schema(Type(name), optional=True)
    except ValueError as error:
        raise ConfigError(f"Invalid value {name} for configuration type") from error


def _typed(schema: Schema | None, value: Any) -> Any:
    """``value`` as the schema has it; without one, instants as text, since JSON has no other."""
    if value is None:
        return None
    if schema is None:
        return _texts(value)
    if schema.name == TIMESTAMP.name:
        if isinstance(value, datetime):
            return value
    elif schema.type is Type.BYTES:
        if isinstance(value, bytes):
            return value
    elif not isinstance(value, datetime):
        return cast(None, value, schema.type)
    raise DataError(f"The expression gives {kind(value)}, where {schema.type.value} is needed")


def _texts(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _texts(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_texts(one) for one in value]
    return iso_text(value) if isinstance(value, datetime) else value


class CelMapKey(CelMap):
    name, part = "CelMap$Key", KEY


class CelMapValue(CelMap):
    name, part = "CelMap$Value", VALUE
