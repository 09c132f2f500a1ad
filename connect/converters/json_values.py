"""Values as JSON, beside their schemas, as Kafka's ``JsonConverter`` writes them.

``json_readers`` reads them.
"""

import base64
import math
from collections.abc import Callable, Mapping
from typing import Any, Final

import orjson

from connect.converters import logical
from connect.spi.config import Config, ConfigDef, ConfigKey, ConfigType, Importance, one_of
from connect.spi.errors import DataError
from connect.spi.instants import in_milliseconds
from connect.spi.schema import (
    DATE_NAME,
    DECIMAL_NAME,
    TIME_NAME,
    TIMESTAMP_NAME,
    Schema,
    Type,
    check,
)

NUMERIC: Final = "NUMERIC"
BASE64: Final = "BASE64"
DECIMAL_FORMAT: Final = "decimal.format"
REPLACE_NULL: Final = "replace.null.with.default"

VALUES_CONFIG: Final = ConfigDef(
    (
        ConfigKey(
            DECIMAL_FORMAT, ConfigType.STRING, BASE64, Importance.LOW,
            "How decimals are written: as base64 of their bytes, or as numbers. Both are read.",
            validator=one_of(BASE64, NUMERIC),
        ),
        ConfigKey(
            REPLACE_NULL, ConfigType.BOOLEAN, True, Importance.LOW,
            "Whether null becomes the default of a field that has one.",
        ),
    )
)  # fmt: skip

_FLOATS: Final = frozenset({Type.FLOAT32, Type.FLOAT64})


class JsonValues:
    """Writes decimals as ``decimal_format`` says. ``fills_defaults``: None becomes the schema's
    default, where it has one."""

    @classmethod
    def of(cls, config: Config) -> "JsonValues":
        """By the settings of ``VALUES_CONFIG``."""
        return cls(
            decimal_format=config[DECIMAL_FORMAT].upper(), fills_defaults=config[REPLACE_NULL]
        )

    def __init__(self, *, decimal_format: str, fills_defaults: bool) -> None:
        self._is_numeric = decimal_format == NUMERIC
        self._fills_defaults = fills_defaults

    @staticmethod
    def knows(schema: Schema) -> bool:
        """Whether it is of a logical type, whose values are not written as they are."""
        return schema.name in _WRITERS

    def document(self, schema: Schema | None, value: Any) -> Any:
        """What ``orjson`` can write. Raises ``DataError``."""
        if schema is None:
            return _plain(value)
        if value is None:
            return self._nothing(schema)
        if schema.name in _WRITERS:
            check(schema, value)
            return self._logical(schema, value)
        match schema.type:
            case Type.STRUCT:
                return self._struct(schema, value)
            case Type.ARRAY:
                _require(value, (list, tuple), schema)
                return [self.document(_inner(schema.values), each) for each in value]
            case Type.MAP:
                return self._map(schema, value)
        check(schema, value)
        if schema.type is Type.BYTES:
            return base64.b64encode(value).decode()
        return _finite(float(value)) if schema.type in _FLOATS else value

    def _nothing(self, schema: Schema) -> Any:
        if schema.has_default and schema.default is not None and self._fills_defaults:
            return self.document(schema, schema.default)
        if schema.optional or schema.has_default:
            return None
        raise DataError("null, and the schema does not allow it")

    def _logical(self, schema: Schema, value: Any) -> Any:
        assert schema.name is not None
        if schema.name == DECIMAL_NAME:
            scale = logical.scale_of(schema)
            if self._is_numeric:
                return orjson.Fragment(f"{logical.scaled(value, scale):f}")
            return base64.b64encode(logical.unscaled_bytes(value, scale)).decode()
        return _WRITERS[schema.name](value)

    def _struct(self, schema: Schema, value: Any) -> Any:
        _require(value, Mapping, schema)
        document = {}
        for each in schema.fields:
            try:
                document[each.name] = self.document(each.schema, value.get(each.name))
            except DataError as error:
                raise DataError(f"{each.name}: {error}") from error
        return document

    def _map(self, schema: Schema, value: Any) -> Any:
        _require(value, Mapping, schema)
        keys, values = _inner(schema.keys), _inner(schema.values)
        if keys.type is Type.STRING and all(isinstance(key, str) for key in value):
            return {key: self.document(values, each) for key, each in value.items()}
        return [
            [self.document(keys, key), self.document(values, each)] for key, each in value.items()
        ]


_WRITERS: Final[dict[str | None, Callable[[Any], Any]]] = {
    DECIMAL_NAME: str,
    DATE_NAME: logical.days_of,
    TIME_NAME: in_milliseconds,
    TIMESTAMP_NAME: in_milliseconds,
}


def _plain(value: Any) -> Any:
    """A schemaless value: JSON's own types, and bytes as base64."""
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, float):
        return _finite(value)
    if isinstance(value, Mapping):
        if all(isinstance(key, str) for key in value):
            return {key: _plain(each) for key, each in value.items()}
        return [[_plain(key), _plain(each)] for key, each in value.items()]
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in value]
    if isinstance(value, (bytes, bytearray, memoryview)):
        return base64.b64encode(value).decode()
    raise DataError(f"a {type(value).__name__} without a schema cannot be written as JSON")


def _finite(value: float) -> Any:
    if math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def _inner(schema: Schema | None) -> Schema:
    if schema is None:
        raise DataError("an array needs a schema of its values, a map of its keys and values")
    return schema


def _require(value: Any, kind: Any, schema: Schema) -> None:
    if not isinstance(value, kind):
        raise DataError(f"a {type(value).__name__} is no {schema.type.value}")
