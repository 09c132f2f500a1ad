"""Pieces of OpenAPI 3.0 schemas that REST v3's descriptions share."""

from typing import Any, Final

Json = dict[str, Any]

TEXT: Final[Json] = {"type": "string"}
TEXT_OR_NULL: Final[Json] = {"type": "string", "nullable": True}
NUMBER: Final[Json] = {"type": "integer"}
INT64: Final[Json] = {"type": "integer", "format": "int64"}
FLAG: Final[Json] = {"type": "boolean"}
LINK: Final[Json] = {
    "type": "object",
    "properties": {"related": TEXT},
    "required": ["related"],
}


def many(items: Json) -> Json:
    return {"type": "array", "items": items}


def thing(*, optional: Json | None = None, **required: Json) -> Json:
    """An object; its fields are required, but for those in ``optional``."""
    schema: Json = {"type": "object", "properties": {**required, **(optional or {})}}
    return {**schema, "required": sorted(required)} if required else schema


def resource(kind: str, *, optional: Json | None = None, **required: Json) -> Json:
    """A resource: kind, metadata, and its own fields as in ``thing``."""
    return thing(
        kind={"type": "string", "enum": [kind]},
        metadata=thing(self=TEXT, optional={"resource_name": TEXT_OR_NULL}),
        optional=optional,
        **required,
    )


def list_of(kind: str, items: Json) -> Json:
    """A list resource; ``kind`` is of its items."""
    return thing(
        kind={"type": "string", "enum": [f"{kind}List"]},
        metadata=thing(self=TEXT, optional={"next": TEXT_OR_NULL}),
        data=many(items),
    )
