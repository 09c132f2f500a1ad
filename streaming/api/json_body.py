"""What bodies of the management API need beyond ``streaming/rest/body.py``. Pure.

What a value means is the service's to judge.
"""

from collections.abc import Collection, Mapping
from typing import Any, Final

from streaming.rest.body import InvalidBody, members

TEXT_CHARACTERS_MAX: Final = 300


def read_fields(
    body: Any, *, required: Collection[str] = (), optional: Collection[str] = ()
) -> Mapping[str, Any]:
    """The body's fields as they are. Raises ``InvalidBody`` for unknown and for missing ones."""
    fields = members(body, (*required, *optional))
    for name in required:
        if name not in fields:
            raise InvalidBody(f"{name} is missing")
    return fields


def text(fields: Mapping[str, Any], name: str, default: str = "") -> str:
    """Printable text of at most ``TEXT_CHARACTERS_MAX`` characters. Raises ``InvalidBody``.

    A lone surrogate or a NUL is valid JSON and nothing that a database would take.
    """
    value = fields.get(name, default)
    if not isinstance(value, str) or len(value) > TEXT_CHARACTERS_MAX or not value.isprintable():
        raise InvalidBody(
            f"{name} must be printable text of at most {TEXT_CHARACTERS_MAX} characters"
        )
    return value


def optional_text(fields: Mapping[str, Any], name: str) -> str | None:
    """As ``text``; None when it is null or left out."""
    return None if fields.get(name) is None else text(fields, name)


def boolean(fields: Mapping[str, Any], name: str) -> bool:
    """A setting that is there: null is not false. Raises ``InvalidBody``."""
    value = fields[name]
    if not isinstance(value, bool):
        raise InvalidBody(f"{name} must be true or false")
    return value
