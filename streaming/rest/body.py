"""Reading parsed JSON strictly: what is not understood is refused by name.

Pure. A body's own module says what it may hold; these are the steps that they share.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

INT32_MAX: Final = 2**31 - 1
NAME_SHOWN_MAX: Final = 64
"""Characters of a caller's own words that a message repeats."""


class InvalidBody(Exception):
    """The body is not what the endpoint takes; the message names the field."""


def members(body: Any, known: Iterable[str], *, where: str = "the body") -> Mapping[str, Any]:
    """``body`` as an object that holds known fields only. Raises ``InvalidBody``."""
    names = sorted(known)
    if not isinstance(body, dict):
        raise InvalidBody(f"{where} must be a JSON object with {', '.join(names)}")
    for name in body:
        if name not in names:
            raise InvalidBody(f"unknown field {shown(name)} in {where}; known: {', '.join(names)}")
    return body


def text(body: Mapping[str, Any], name: str) -> str:
    """A field that must be there and be text. Raises ``InvalidBody``."""
    value = body.get(name)
    if not isinstance(value, str):
        raise InvalidBody(f"{name} must be a string")
    return value


def flag(body: Mapping[str, Any], name: str) -> bool:
    """A field that is true or false; false when it is absent or null. Raises ``InvalidBody``."""
    value = body.get(name)
    if value is not None and not isinstance(value, bool):
        raise InvalidBody(f"{name} must be true or false")
    return bool(value)


def number(body: Mapping[str, Any], name: str, low: int, high: int) -> int:
    """A field that must be there and be a whole number. Raises ``InvalidBody``."""
    value = body.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise InvalidBody(f"{name} must be a whole number from {low} to {high}")
    return value


def items(body: Mapping[str, Any], name: str, most: int) -> list[Any]:
    """A field that must be there and be a list of 1 to ``most``. Raises ``InvalidBody``."""
    value = body.get(name)
    if not isinstance(value, list) or not 1 <= len(value) <= most:
        raise InvalidBody(f"{name} must be a list of 1 to {most} objects")
    return value


def shown(name: str) -> str:
    """A caller's word in quotes, cut short."""
    return repr(name[:NAME_SHOWN_MAX])
