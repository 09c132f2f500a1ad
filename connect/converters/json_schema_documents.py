"""Connect's schemas as JSON Schema, and back, in the manner of Confluent's JSON Schema converter.

``connect.type``, ``connect.version``, ``connect.index`` and ``connect.parameters`` keep what JSON
Schema has no words for; a schema's name is its ``title``, its doc its ``description``, and what is
optional is ``oneOf`` null and the rest.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

from connect.converters.schema_bounds import SchemaBounds
from connect.spi.errors import DataError
from connect.spi.schema import DECIMAL_NAME, STRING, Field, Schema, Type, optional

DEPTH_MAX: Final = 64
"""Of schemas within schemas."""
TYPE: Final = "connect.type"
VERSION: Final = "connect.version"
INDEX: Final = "connect.index"
PARAMETERS: Final = "connect.parameters"

Document = dict[str, Any]
Values = Callable[[Schema, Any], Any]
"""Writes a default as JSON, or reads one."""

_JSON_TYPES: Final = {
    Type.INT8: "integer", Type.INT16: "integer", Type.INT32: "integer", Type.INT64: "integer",
    Type.FLOAT32: "number", Type.FLOAT64: "number", Type.BOOLEAN: "boolean",
    Type.STRING: "string", Type.BYTES: "string", Type.ARRAY: "array", Type.MAP: "object",
    Type.STRUCT: "object",
}  # fmt: skip
_TOLD: Final = {
    Type.INT8, Type.INT16, Type.INT32, Type.INT64, Type.FLOAT32, Type.FLOAT64, Type.BYTES, Type.MAP,
}  # fmt: skip
"""Types that ``connect.type`` says, since JSON's do not."""
_ALLOWED: Final = {
    "integer": (Type.INT64, {Type.INT8, Type.INT16, Type.INT32, Type.INT64}),
    "number": (
        Type.FLOAT64,
        {
            Type.FLOAT32, Type.FLOAT64, Type.BYTES, Type.INT8, Type.INT16, Type.INT32, Type.INT64,
        },
    ),
    "boolean": (Type.BOOLEAN, {Type.BOOLEAN}),
    "string": (Type.STRING, {Type.STRING, Type.BYTES}),
}  # fmt: skip
"""What a JSON type is read as: when nothing is told, and what may be told."""


def json_schema_of(schema: Schema, values: Values, index: int | None = None) -> Document:
    """What JSON Schema says of ``schema``. Raises ``DataError``."""
    document: Document = {"type": _JSON_TYPES[schema.type], **_inside(schema, values)}
    if schema.name == DECIMAL_NAME:
        document["type"] = "number"
    if schema.type in _TOLD:
        document[TYPE] = schema.type.value
    for name, said in (("title", schema.name), (VERSION, schema.version)):
        if said is not None:
            document[name] = said
    if schema.doc is not None:
        document["description"] = schema.doc
    if schema.parameters:
        document[PARAMETERS] = dict(schema.parameters)
    if schema.has_default and schema.default is not None:
        document["default"] = values(schema, schema.default)
    if schema.optional:
        document = {"oneOf": [{"type": "null"}, document]}
    if index is not None:
        document[INDEX] = index
    return document


def _inside(schema: Schema, values: Values) -> Document:
    if schema.type is Type.STRUCT:
        fields = {
            each.name: json_schema_of(each.schema, values, index)
            for index, each in enumerate(schema.fields)
        }
        return {"properties": fields}
    if schema.values is None:
        return {}
    inner = json_schema_of(schema.values, values)
    if schema.type is Type.ARRAY:
        return {"items": inner}
    if schema.keys is None or schema.keys.type is not Type.STRING or schema.keys.optional:
        raise DataError("JSON Schema has maps with text keys only")
    return {"additionalProperties": inner}


class JsonSchemaReader:
    """Reads one document; ``$ref`` leads within it."""

    def __init__(self, document: Any, values: Values) -> None:
        self._whole = document
        self._values = values
        # Each is read once, so that schemas that refer to others twice do not multiply.
        self._referred: dict[str, Schema | None] = {}
        self._bounds = SchemaBounds()

    def schema(self) -> Schema:
        """Raises ``DataError``."""
        return self._schema(self._whole, 0)

    def _schema(self, document: Any, depth: int) -> Schema:
        return self._bounds.checked(self._read(document, depth))

    def _read(self, document: Any, depth: int) -> Schema:
        if depth > DEPTH_MAX:
            raise DataError(f"the schema is more than {DEPTH_MAX} schemas deep")
        if not isinstance(document, Mapping):
            raise DataError(f"{document!r} says no type; each schema here must")
        if "$ref" in document:
            return self._reference(document["$ref"], depth)
        for word in ("oneOf", "anyOf"):
            if word in document:
                return self._union(document[word], depth)
        kinds = document.get("type", "string" if "enum" in document else None)
        if isinstance(kinds, list):
            rest = [kind for kind in kinds if kind != "null"]
            if len(rest) != 1:
                raise DataError(f"type {kinds!r}: one type, perhaps with null, is supported")
            schema = self._single({**document, "type": rest[0]}, depth)
            return optional(schema) if len(rest) < len(kinds) else schema
        return self._single({**document, "type": kinds}, depth)

    def _union(self, branches: Any, depth: int) -> Schema:
        if not isinstance(branches, list):
            raise DataError("oneOf and anyOf are arrays of schemas")
        rest = [each for each in branches if not _is_null(each)]
        if len(rest) != 1:
            raise DataError("of oneOf and anyOf only null and one other schema are supported")
        schema = self._schema(rest[0], depth + 1)
        return optional(schema) if len(rest) < len(branches) else schema

    def _reference(self, said: Any, depth: int) -> Schema:
        if not isinstance(said, str) or not said.startswith("#/"):
            raise DataError(f"$ref {said!r} leads out of the schema, which is not supported")
        if said not in self._referred:
            self._referred[said] = None
            self._referred[said] = self._schema(self._at(said), depth + 1)
        schema = self._referred[said]
        if schema is None:
            raise DataError(f"$ref {said!r} leads to itself; a schema must end")
        return schema

    def _at(self, reference: str) -> Any:
        document = self._whole
        for step in reference[2:].split("/"):
            name = step.replace("~1", "/").replace("~0", "~")
            if not isinstance(document, Mapping) or name not in document:
                raise DataError(f"$ref {reference!r} leads nowhere")
            document = document[name]
        return document

    def _single(self, document: Document, depth: int) -> Schema:
        schema = replace(
            self._bounds.checked(self._bare(document, depth)),
            name=_said(document, "title", str),
            version=_said(document, VERSION, int),
            doc=_said(document, "description", str),
            parameters=_parameters(document),
        )
        if document.get("default") is None:
            return schema
        return replace(schema, default=self._values(schema, document["default"]))

    def _bare(self, document: Document, depth: int) -> Schema:
        kind, told = document["type"], document.get(TYPE)
        if kind == "array":
            return Schema(Type.ARRAY, values=self._schema(document.get("items"), depth + 1))
        if kind == "object":
            if told == Type.MAP.value or "properties" not in document:
                values = self._schema(document.get("additionalProperties"), depth + 1)
                return Schema(Type.MAP, keys=STRING, values=values)
            return Schema(Type.STRUCT, fields=self._fields(document, depth))
        if not isinstance(kind, str) or kind not in _ALLOWED:
            raise DataError(f"type {kind!r} is not supported")
        default, allowed = _ALLOWED[kind]
        if told is None:
            return Schema(default)
        type_ = next((each for each in allowed if each.value == told), None)
        if type_ is None:
            raise DataError(f"{TYPE} {told!r} is none of a JSON {kind}")
        return Schema(type_)

    def _fields(self, document: Document, depth: int) -> tuple[Field, ...]:
        properties = document["properties"]
        if not isinstance(properties, Mapping):
            raise DataError("properties of a schema must be an object")
        # Confluent's writes no such list and means all; a list is taken at its word.
        required = document.get("required")
        fields = []
        for at, (name, inner) in enumerate(properties.items()):
            schema = self._schema(inner, depth + 1)
            if isinstance(required, list) and name not in required:
                schema = optional(schema)
            index = inner.get(INDEX) if isinstance(inner, Mapping) else None
            fields.append((index if isinstance(index, int) else at, at, Field(name, schema)))
        return tuple(field for _, _, field in sorted(fields, key=lambda each: each[:2]))


def _is_null(document: Any) -> bool:
    return isinstance(document, Mapping) and document.get("type") == "null"


def _said(document: Document, name: str, kind: type) -> Any:
    said = document.get(name)
    if said is not None and not isinstance(said, kind):
        raise DataError(f"{name} of a schema must be a {kind.__name__}, not {said!r}")
    return said


def _parameters(document: Document) -> dict[str, str]:
    said = document.get(PARAMETERS) or {}
    if not isinstance(said, Mapping) or not all(isinstance(each, str) for each in said.values()):
        raise DataError(f"{PARAMETERS} must be an object of texts")
    return dict(said)
