"""A schema of OpenAPI 3.0 as a flat table of its fields, which two of them can be compared by."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

Json = Mapping[str, Any]

DEPTH_MAX: Final = 8
"""Below it a schema that contains itself is not followed."""


@dataclass(frozen=True, slots=True)
class Field:
    """``type`` is OpenAPI's, ``any`` where it says none or leaves a choice."""

    type: str
    required: bool
    nullable: bool

    def __str__(self) -> str:
        also = [word for word in ("required", "nullable") if getattr(self, word)]
        return f"{self.type} ({', '.join(also)})" if also else self.type


def fields_of(document: Json, schema: Json) -> dict[str, Field]:
    """Every field by its path, such as ``data[].name``; the whole is the empty path."""
    return dict(_fields(document, schema, "", is_required=True, depth=0))


def _fields(
    document: Json, schema: Json, path: str, *, is_required: bool, depth: int
) -> Iterator[tuple[str, Field]]:
    whole = merged(document, schema)
    kind = str(whole.get("type", "object" if "properties" in whole else "any"))
    yield path, Field(kind, is_required, bool(whole.get("nullable", False)))
    if depth == DEPTH_MAX:
        return
    if "items" in whole:
        yield from _fields(document, whole["items"], f"{path}[]", is_required=True, depth=depth + 1)
    for name, part in whole.get("properties", {}).items():
        yield from _fields(
            document,
            part,
            f"{path}.{name}" if path else name,
            is_required=name in whole["required"],
            depth=depth + 1,
        )


def merged(document: Json, schema: Json) -> dict[str, Any]:
    """``schema`` with its references followed and its ``allOf`` made one; ``oneOf`` is any."""
    found = followed(document, schema)
    if "oneOf" in found or "anyOf" in found:
        return {"nullable": found.get("nullable", False)}
    whole = {name: value for name, value in found.items() if name != "allOf"}
    whole["properties"] = dict(found.get("properties", {}))
    whole["required"] = set(found.get("required", ()))
    for part in found.get("allOf", ()):
        inner = merged(document, part)
        whole["properties"] |= inner.pop("properties", {})
        whole["required"] |= set(inner.pop("required", ()))
        whole = {**inner, **whole}
    if not whole["properties"]:
        del whole["properties"]
    return whole


def followed(document: Json, part: Json) -> Json:
    """``part``, or what its reference leads to within the document."""
    while "$ref" in part:
        target: Any = document
        for step in str(part["$ref"]).removeprefix("#/").split("/"):
            target = target[step]
        part = target
    return part
