"""Schemas in JSON, as Kafka's ``JsonConverter`` puts them into its envelope."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

from connect.spi.errors import DataError
from connect.spi.schema import Field, Schema, Type

DEPTH_MAX: Final = 64
"""Of schemas within schemas."""

_OTHER_NAMES: Final = {Type.FLOAT32: "float", Type.FLOAT64: "double"}
_NAMES: Final = {type_: _OTHER_NAMES.get(type_, type_.value) for type_ in Type}
_TYPES: Final = {name: type_ for type_, name in _NAMES.items()}


def schema_document(schema: Schema, value_document: Callable[[Schema, Any], Any]) -> dict[str, Any]:
    """What JSON says of the schema; ``value_document`` writes defaults."""
    document: dict[str, Any] = {"type": _NAMES[schema.type]}
    if schema.type is Type.STRUCT:
        document["fields"] = [
            {**schema_document(each.schema, value_document), "field": each.name}
            for each in schema.fields
        ]
    elif schema.type is Type.ARRAY:
        document["items"] = schema_document(_of(schema.values), value_document)
    elif schema.type is Type.MAP:
        document["keys"] = schema_document(_of(schema.keys), value_document)
        document["values"] = schema_document(_of(schema.values), value_document)
    document["optional"] = schema.optional
    for name in ("name", "version", "doc"):
        said = getattr(schema, name)
        if said is not None:
            document[name] = said
    if schema.parameters:
        document["parameters"] = dict(schema.parameters)
    if schema.has_default:
        document["default"] = value_document(schema, schema.default)
    return document


def schema_of(document: Any, value_of: Callable[[Schema, Any], Any], depth: int = 0) -> Schema:
    """The schema that ``document`` says; ``value_of`` reads defaults. Raises ``DataError``."""
    if depth > DEPTH_MAX:
        raise DataError(f"the schema is more than {DEPTH_MAX} schemas deep")
    kind = document.get("type") if isinstance(document, Mapping) else None
    if not isinstance(kind, str) or kind not in _TYPES:
        said = document.get("type") if isinstance(document, Mapping) else document
        raise DataError(f"{said!r} is no type of a schema; choose one of {', '.join(_TYPES)}")
    type_ = _TYPES[document["type"]]
    inner = depth + 1
    schema = Schema(
        type_,
        optional=_said(document, "optional", bool, False),
        name=_said(document, "name", str, None),
        version=_said(document, "version", int, None),
        doc=_said(document, "doc", str, None),
        parameters=_parameters(document),
        fields=_fields(document, value_of, inner) if type_ is Type.STRUCT else (),
        keys=schema_of(document.get("keys"), value_of, inner) if type_ is Type.MAP else None,
        values=_values(document, type_, value_of, inner),
    )
    if "default" not in document:
        return schema
    default = document["default"]
    return replace(schema, default=None if default is None else value_of(schema, default))


def _of(schema: Schema | None) -> Schema:
    if schema is None:
        raise DataError("an array needs a schema of its values, a map of its keys and values")
    return schema


def _said(document: Mapping[str, Any], name: str, kind: type, default: Any) -> Any:
    said = document.get(name, default)
    if said is not None and not isinstance(said, kind):
        raise DataError(f"{name} of a schema must be a {kind.__name__}, not {said!r}")
    return default if said is None else said


def _parameters(document: Mapping[str, Any]) -> dict[str, str]:
    said = document.get("parameters") or {}
    if not isinstance(said, Mapping) or not all(isinstance(each, str) for each in said.values()):
        raise DataError("parameters of a schema must be an object of strings")
    return dict(said)


def _fields(
    document: Mapping[str, Any], value_of: Callable[[Schema, Any], Any], depth: int
) -> tuple[Field, ...]:
    said = document.get("fields")
    if not isinstance(said, list):
        raise DataError("a struct's schema needs fields, an array")
    fields = []
    for each in said:
        if not isinstance(each, Mapping) or not isinstance(each.get("field"), str):
            raise DataError("each field of a struct's schema needs its name in field")
        fields.append(Field(each["field"], schema_of(each, value_of, depth)))
    if len({each.name for each in fields}) < len(fields):
        raise DataError("a field of a struct's schema is there twice")
    return tuple(fields)


def _values(
    document: Mapping[str, Any],
    type_: Type,
    value_of: Callable[[Schema, Any], Any],
    depth: int,
) -> Schema | None:
    if type_ is Type.ARRAY:
        return schema_of(document.get("items"), value_of, depth)
    return schema_of(document.get("values"), value_of, depth) if type_ is Type.MAP else None
