"""Reads JSON bodies of the management API: shape and bounds, with errors that name the field. Pure.

What a value means is the service's to judge.
"""

from collections.abc import Collection
from typing import Any, Final

from streaming.rest.create_topic_request import InvalidBody

TEXT_CHARACTERS_MAX: Final = 300
_SHOWN: Final = 64


def read_fields(
    body: Any, *, required: Collection[str] = (), optional: Collection[str] = ()
) -> dict[str, Any]:
    """The body's fields as they are. Raises ``InvalidBody`` for unknown and for missing ones."""
    known = sorted({*required, *optional})
    if not isinstance(body, dict):
        raise InvalidBody(f"the body must be a JSON object with {', '.join(known)}")
    for name in sorted(body):
        if name not in known:
            raise InvalidBody(f"unknown field {name[:_SHOWN]!r}; known: {', '.join(known)}")
    for name in required:
        if name not in body:
            raise InvalidBody(f"{name} is missing")
    return body


def text(fields: dict[str, Any], name: str, default: str = "") -> str:
    """At most ``TEXT_CHARACTERS_MAX`` characters. Raises ``InvalidBody``."""
    value = fields.get(name, default)
    if not isinstance(value, str) or len(value) > TEXT_CHARACTERS_MAX or "\0" in value:
        raise InvalidBody(f"{name} must be text of at most {TEXT_CHARACTERS_MAX} characters")
    # A lone surrogate is valid JSON and no Unicode that a database would take.
    if not value.isprintable():
        raise InvalidBody(f"{name} holds characters that cannot be printed")
    return value


def optional_text(fields: dict[str, Any], name: str) -> str | None:
    """As ``text``; None when it is null or left out."""
    return None if fields.get(name) is None else text(fields, name)


def boolean(fields: dict[str, Any], name: str) -> bool:
    """Raises ``InvalidBody``."""
    value = fields[name]
    if not isinstance(value, bool):
        raise InvalidBody(f"{name} must be true or false")
    return value


def whole_number(fields: dict[str, Any], name: str, lowest: int, highest: int) -> int:
    """Raises ``InvalidBody``."""
    value = fields[name]
    if not isinstance(value, int) or isinstance(value, bool) or not lowest <= value <= highest:
        raise InvalidBody(f"{name} must be a whole number from {lowest} to {highest}")
    return value
