"""Kafka REST v3 as this release speaks it, in OpenAPI's terms: the schemas of its resources."""

from typing import Any, Final

Json = dict[str, Any]

_TEXT: Final[Json] = {"type": "string"}
_NUMBER: Final[Json] = {"type": "integer"}
ERROR: Final[Json] = {
    "type": "object",
    "properties": {
        "error_code": {"type": "integer", "format": "int32"},
        "message": {"type": "string", "nullable": True},
    },
    "required": ["error_code", "message"],
}
