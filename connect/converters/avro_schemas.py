"""Connect's schemas as Avro's, and back, in the manner of Confluent's Avro converter.

Avro has no int8, no default name and no parameters: attributes that begin with ``connect.`` keep
what would be lost. Facts: Avro 1.12 specification; the attributes that the converter writes.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Final

from connect.converters import logical
from connect.converters.schema_bounds import SchemaBounds
from connect.spi.errors import DataError
from connect.spi.instants import in_milliseconds, instant
from connect.spi.schema import (
    DATE_NAME,
    DECIMAL_NAME,
    NO_DEFAULT,
    SCALE,
    TIME_NAME,
    TIMESTAMP_NAME,
    Field,
    Schema,
    Type,
)

NAMESPACE: Final = "io.confluent.connect.avro"
UNNAMED: Final = "ConnectDefault"
MAP_ENTRY: Final = "MapEntry"
UNION: Final = f"{NAMESPACE}.Union"
"""A struct of this name has one field for each branch, and one of them is set."""
ENUM: Final = f"{NAMESPACE}.Enum"
PRECISION: Final = 64
"""Of a decimal that does not say; Connect's schemas have none."""
DEPTH_MAX: Final = 64

_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
_PRIMITIVES: Final = {
    Type.INT8: "int", Type.INT16: "int", Type.INT32: "int", Type.INT64: "long",
    Type.FLOAT32: "float", Type.FLOAT64: "double", Type.BOOLEAN: "boolean",
    Type.STRING: "string", Type.BYTES: "bytes",
}  # fmt: skip
_TYPES: Final = {
    "int": Type.INT32, "long": Type.INT64, "float": Type.FLOAT32, "double": Type.FLOAT64,
    "boolean": Type.BOOLEAN, "string": Type.STRING, "bytes": Type.BYTES, "fixed": Type.BYTES,
}  # fmt: skip
_NARROW: Final = {"int8": Type.INT8, "int16": Type.INT16}
_LOGICAL: Final = {
    DECIMAL_NAME: "decimal", DATE_NAME: "date", TIME_NAME: "time-millis",
    TIMESTAMP_NAME: "timestamp-millis",
}  # fmt: skip
_LOGICAL_NAMES: Final = {avro: name for name, avro in _LOGICAL.items()}


class AvroWriter:
    """Makes one schema; a name is defined once and then referred to."""

    def __init__(self) -> None:
        self._defined: dict[str, Schema] = {}
        self._unnamed = 0

    def schema(self, schema: Schema) -> Any:
        """As JSON has it. Raises ``DataError`` for what Avro has no word for."""
        bare = self._bare(schema)
        if not schema.optional:
            return bare
        # The type of a default is that of a union's first branch.
        has_default = schema.has_default and schema.default is not None
        return [bare, "null"] if has_default else ["null", bare]

    def _bare(self, schema: Schema) -> Any:
        match schema.type:
            case Type.STRUCT:
                return self._record(schema)
            case Type.ARRAY:
                return self._told(schema, {"type": "array", "items": self._inner(schema.values)})
            case Type.MAP:
                return self._map(schema)
        attributes: dict[str, Any] = {"type": _PRIMITIVES[schema.type]}
        if schema.name in _LOGICAL:
            attributes["logicalType"] = _LOGICAL[schema.name]
            if schema.name == DECIMAL_NAME:
                attributes |= {"precision": PRECISION, "scale": logical.scale_of(schema)}
        if schema.type.value in _NARROW:
            attributes["connect.type"] = schema.type.value
        told = self._told(schema, attributes)
        return told["type"] if len(told) == 1 else told

    def _inner(self, schema: Schema | None) -> Any:
        if schema is None:
            raise DataError("an array needs a schema of its values, a map of its keys and values")
        return self.schema(schema)

    def _map(self, schema: Schema) -> dict[str, Any]:
        keys = schema.keys
        if keys is not None and keys.type is Type.STRING and not keys.optional:
            return self._told(schema, {"type": "map", "values": self._inner(schema.values)})
        self._unnamed += 1
        entry = {
            "type": "record", "name": f"{MAP_ENTRY}{self._unnamed}", "namespace": NAMESPACE,
            "fields": [
                {"name": "key", "type": self._inner(keys)},
                {"name": "value", "type": self._inner(schema.values)},
            ],
        }  # fmt: skip
        return self._told(schema, {"type": "array", "items": entry})

    def _record(self, schema: Schema) -> Any:
        full = schema.name or self._fresh_name()
        if full in self._defined:
            if self._defined[full] == replace(schema, optional=False, default=NO_DEFAULT):
                return full
            raise DataError(f"two different structs are called {full}, which Avro cannot have")
        self._defined[full] = replace(schema, optional=False, default=NO_DEFAULT)
        namespace, _, name = full.rpartition(".")
        for part in full.split("."):
            _check_name(part)
        record: dict[str, Any] = {"type": "record", "name": name}
        if namespace:
            record["namespace"] = namespace
        record["fields"] = [self._field(each) for each in schema.fields]
        return self._told(schema, record)

    def _fresh_name(self) -> str:
        self._unnamed += 1
        return f"{NAMESPACE}.{UNNAMED}{'' if self._unnamed == 1 else self._unnamed}"

    def _field(self, field: Field) -> dict[str, Any]:
        _check_name(field.name)
        told: dict[str, Any] = {"name": field.name, "type": self.schema(field.schema)}
        if field.schema.has_default:
            told["default"] = default_document(field.schema, field.schema.default)
        elif field.schema.optional:
            told["default"] = None
        return told

    @staticmethod
    def _told(schema: Schema, attributes: dict[str, Any]) -> dict[str, Any]:
        """With what Avro has no attribute of its own for."""
        if schema.doc is not None:
            attributes["doc" if schema.type is Type.STRUCT else "connect.doc"] = schema.doc
        if schema.version is not None:
            attributes["connect.version"] = schema.version
        if schema.parameters:
            attributes["connect.parameters"] = dict(schema.parameters)
        if schema.name is not None:
            attributes["connect.name"] = schema.name
        return attributes


def _check_name(name: str) -> None:
    if not _NAME.fullmatch(name):
        raise DataError(
            f"{name!r} is no name in Avro (letters, digits and _); rename it by a transform"
        )


_DEFAULTS: Final[Mapping[str | None, Callable[[Any], Any]]] = {
    DATE_NAME: logical.days_of,
    TIME_NAME: in_milliseconds,
    TIMESTAMP_NAME: in_milliseconds,
}


def default_document(schema: Schema, value: Any) -> Any:
    """A default as Avro's JSON has it: bytes are text of Latin-1."""
    if value is None:
        return None
    if schema.name == DECIMAL_NAME:
        return logical.unscaled_bytes(value, logical.scale_of(schema)).decode("latin-1")
    if schema.name in _DEFAULTS:
        return _DEFAULTS[schema.name](value)
    if schema.type is Type.BYTES:
        return bytes(value).decode("latin-1")
    if schema.type is Type.STRUCT:
        return {
            each.name: default_document(each.schema, value.get(each.name)) for each in schema.fields
        }
    if schema.values is not None and schema.type is Type.ARRAY:
        return [default_document(schema.values, each) for each in value]
    if schema.values is not None and schema.type is Type.MAP:
        return {key: default_document(schema.values, each) for key, each in value.items()}
    return value


class AvroReader:
    """Reads one schema, as JSON has it."""

    def __init__(self) -> None:
        self._named: dict[str, Schema | None] = {}
        self._without_bytes: set[str] = set()
        """Those of ``_named`` whose values are no bytes at all."""
        self._bounds = SchemaBounds()

    def takes_no_bytes(self, document: Any, namespace: str = "") -> bool:
        """Whether values of a schema that was read are no bytes, as null: a file or a record could
        say any number of them with a few bytes, and reading it would never end."""
        if isinstance(document, str):
            full = {document, f"{namespace}.{document}"}
            return document == "null" or not full.isdisjoint(self._without_bytes)
        if not isinstance(document, Mapping):
            return False
        match document.get("type"):
            case "record" | "error" | "fixed":
                return _full_name(document, namespace) in self._without_bytes
            case "array" | "map" | "enum":
                return False
            case kind:
                return self.takes_no_bytes(kind, namespace)

    def schema(self, document: Any, namespace: str = "", depth: int = 0) -> Schema:
        """Raises ``DataError``, for a schema that refers to itself too: Connect has none."""
        return self._bounds.checked(self._schema(document, namespace, depth))

    def _schema(self, document: Any, namespace: str, depth: int) -> Schema:
        if depth > DEPTH_MAX:
            raise DataError(f"the schema is more than {DEPTH_MAX} schemas deep")
        if isinstance(document, list):
            return self._union(document, namespace, depth)
        if isinstance(document, str):
            return self._referred(document, namespace)
        if not isinstance(document, Mapping):
            raise DataError(f"{document!r} is no Avro schema")
        kind = document.get("type")
        match kind:
            case "record" | "error":
                return self._record(document, namespace, depth)
            case "enum":
                return self._enum(document, namespace)
            case "array":
                return self._array(document, namespace, depth)
            case "map":
                values = self.schema(document.get("values"), namespace, depth + 1)
                keys = Schema(Type.STRING)
                return _with_told(Schema(Type.MAP, keys=keys, values=values), document)
            case list() | Mapping():
                return self.schema(kind, namespace, depth + 1)
        if kind in _TYPES:
            return self._primitive(document, str(kind), namespace)
        return self._referred(str(kind), namespace)

    def _primitive(self, document: Mapping[str, Any], kind: str, namespace: str) -> Schema:
        name = _LOGICAL_NAMES.get(str(document.get("logicalType")))
        type_ = _NARROW.get(str(document.get("connect.type")), _TYPES[kind])
        schema = Schema(type_, name=name, version=None if name is None else 1)
        if name == DECIMAL_NAME:
            schema = replace(schema, parameters={SCALE: str(document.get("scale", 0))})
        if kind == "fixed":
            full = _full_name(document, namespace)
            self._named[full] = schema
            if document.get("size") == 0:
                self._without_bytes.add(full)
        return _with_told(schema, document)

    def _referred(self, name: str, namespace: str) -> Schema:
        if name in _TYPES and name != "fixed":
            return Schema(_TYPES[name])
        if name == "null":
            return Schema(Type.STRING, optional=True)
        for full in (name, f"{namespace}.{name}"):
            if full in self._named:
                schema = self._named[full]
                if schema is None:
                    raise DataError(f"{full} refers to itself; Connect has no such schemas")
                return schema
        raise DataError(f"{name!r} is no Avro type, and no schema of that name came before")

    def _record(self, document: Mapping[str, Any], namespace: str, depth: int) -> Schema:
        full = _full_name(document, namespace)
        inner = full.rpartition(".")[0]
        self._named[full] = None
        fields = document.get("fields")
        if not isinstance(fields, list):
            raise DataError(f"record {full} needs fields, an array")
        read = tuple(self._field(each, inner, depth + 1) for each in fields)
        is_made_up = full.startswith(f"{NAMESPACE}.{UNNAMED}") and "connect.name" not in document
        schema = Schema(Type.STRUCT, name=None if is_made_up else full, fields=read)
        schema = _with_told(replace(schema, doc=document.get("doc")), document)
        self._named[full] = schema
        if all(self.takes_no_bytes(each["type"], inner) for each in fields):
            self._without_bytes.add(full)
        return schema

    def _field(self, document: Any, namespace: str, depth: int) -> Field:
        if not isinstance(document, Mapping) or not isinstance(document.get("name"), str):
            raise DataError("each field of a record needs a name")
        schema = self.schema(document.get("type"), namespace, depth)
        if "default" in document and not (document["default"] is None and schema.optional):
            try:
                schema = replace(schema, default=_default_value(schema, document["default"]))
            except (AttributeError, TypeError, ValueError, OverflowError) as error:
                raise DataError(
                    f"the default of field {document['name']} is none of its type: {error}"
                ) from error
        return Field(document["name"], schema)

    def _enum(self, document: Mapping[str, Any], namespace: str) -> Schema:
        full, symbols = _full_name(document, namespace), document.get("symbols") or []
        if not isinstance(symbols, list):
            raise DataError(f"the symbols of {full} must be an array")
        parameters = {ENUM: full, **{f"{ENUM}.{each}": str(each) for each in symbols}}
        schema = Schema(Type.STRING, name=full, parameters=parameters)
        self._named[full] = schema
        return schema

    def _array(self, document: Mapping[str, Any], namespace: str, depth: int) -> Schema:
        items = document.get("items")
        if isinstance(items, Mapping) and is_map_entry(items):
            keys, values = (
                self.schema(each["type"], NAMESPACE, depth + 1) for each in items["fields"]
            )
            return _with_told(Schema(Type.MAP, keys=keys, values=values), document)
        values = self.schema(items, namespace, depth + 1)
        if self.takes_no_bytes(items, namespace):
            raise DataError("an array's items take no bytes; there could be any number of them")
        return _with_told(Schema(Type.ARRAY, values=values), document)

    def _union(self, branches: list[Any], namespace: str, depth: int) -> Schema:
        others = [each for each in branches if each != "null"]
        if len(others) == 1:
            schema = self.schema(others[0], namespace, depth + 1)
            return replace(schema, optional=True) if len(branches) > 1 else schema
        read = [self.schema(each, namespace, depth + 1) for each in others]
        fields = tuple(
            Field(branch_name(each), replace(schema, optional=True))
            for each, schema in zip(others, read, strict=True)
        )
        return Schema(Type.STRUCT, "null" in branches, name=UNION, fields=fields)


def branch_name(branch: Any) -> str:
    """What the field of a union's branch is called: its type, or its own name."""
    if isinstance(branch, Mapping):
        return str(branch.get("name") or branch.get("type"))
    return str(branch).rpartition(".")[2]


def is_map_entry(items: Mapping[str, Any]) -> bool:
    """Whether an array of these is a map with keys that are no text."""
    is_ours = items.get("namespace") == NAMESPACE
    return is_ours and str(items.get("name", "")).startswith(MAP_ENTRY)


def _full_name(document: Mapping[str, Any], namespace: str) -> str:
    name = str(document.get("name", ""))
    if "." in name:
        return name
    within = document.get("namespace", namespace)
    return f"{within}.{name}" if within else name


def _with_told(schema: Schema, document: Mapping[str, Any]) -> Schema:
    return replace(
        schema,
        name=document.get("connect.name", schema.name),
        version=document.get("connect.version", schema.version),
        doc=document.get("connect.doc", schema.doc),
        parameters=document.get("connect.parameters") or schema.parameters,
    )


def _default_value(schema: Schema, document: Any) -> Any:
    if document is None:
        return None
    if schema.name == DECIMAL_NAME:
        return logical.decimal_of(document.encode("latin-1"), logical.scale_of(schema))
    readers: Mapping[str | None, Callable[[Any], date | time | datetime | Decimal]] = {
        DATE_NAME: logical.date_of, TIME_NAME: logical.time_of, TIMESTAMP_NAME: instant,
    }  # fmt: skip
    if schema.name in readers:
        return readers[schema.name](document)
    if schema.type is Type.BYTES:
        return document.encode("latin-1")
    if schema.type is Type.STRUCT:
        return {
            each.name: _default_value(each.schema, document.get(each.name))
            for each in schema.fields
        }
    if schema.values is not None and schema.type is Type.ARRAY:
        return [_default_value(schema.values, each) for each in document]
    if schema.values is not None and schema.type is Type.MAP and isinstance(document, Mapping):
        return {key: _default_value(schema.values, each) for key, each in document.items()}
    return document
