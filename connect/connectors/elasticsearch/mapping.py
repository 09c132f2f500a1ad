"""A record's schema as an index's mapping. Pure.

Source: Elasticsearch 8 and OpenSearch 2, "Field data types".
"""

from typing import Any, Final

from connect.spi.schema import Schema, Type

_TYPES: Final = {
    Type.INT8: "byte",
    Type.INT16: "short",
    Type.INT32: "integer",
    Type.INT64: "long",
    Type.FLOAT32: "float",
    Type.FLOAT64: "double",
    Type.BOOLEAN: "boolean",
    Type.BYTES: "binary",
}
_LOGICAL: Final = {
    "org.apache.kafka.connect.data.Decimal": "double",
    "org.apache.kafka.connect.data.Date": "date",
    "org.apache.kafka.connect.data.Time": "keyword",
    "org.apache.kafka.connect.data.Timestamp": "date",
}
_KEYWORD_CHARACTERS: Final = 256
"""As in the mapping that the target makes by itself for text."""


def mapping_of(schema: Schema) -> dict[str, Any]:
    """The ``mappings`` of an index for values of ``schema``, a struct."""
    return _field(schema)


def _field(schema: Schema) -> dict[str, Any]:
    if schema.name in _LOGICAL:
        return {"type": _LOGICAL[schema.name]}
    match schema.type:
        case Type.STRING:
            keyword = {"type": "keyword", "ignore_above": _KEYWORD_CHARACTERS}
            return {"type": "text", "fields": {"keyword": keyword}}
        case Type.ARRAY:
            # A list has the mapping of what is in it.
            return _field(schema.values) if schema.values else {}
        case Type.STRUCT:
            found = {field.name: _field(field.schema) for field in schema.fields}
            # A list of who knows what has no mapping: the target makes one of the first document.
            return {"properties": {name: mapped for name, mapped in found.items() if mapped}}
        case Type.MAP:
            return {"type": "object"}
        case other:
            return {"type": _TYPES[other]}
