"""Reading the fields of one message, with errors that name them."""

from collections.abc import Mapping
from typing import Any, Final

ID_CHARACTERS_MAX: Final = 64


class InvalidMessage(Exception):
    """The message cannot be understood; the text says what can.

    With an ``id`` it is about that subscription or record alone, and the socket stays open.
    """

    def __init__(self, message: str, id: str | None = None) -> None:
        super().__init__(message)
        self.id = id


class MessageTooBig(InvalidMessage):
    """Longer than a message may be."""


def require_id(body: Mapping[str, Any]) -> str:
    """The ``id``, text that the subscriber has chosen. Raises ``InvalidMessage``."""
    id = body.get("id")
    if isinstance(id, str) and 0 < len(id) <= ID_CHARACTERS_MAX and _is_text(id):
        return id
    raise InvalidMessage(f"{body['type']} needs an id, text of 1 to {ID_CHARACTERS_MAX} characters")


def _is_text(value: str) -> bool:
    """Whether it has no half of a surrogate pair: it is said again in what is answered."""
    return value.encode(errors="replace").decode() == value


def only_fields(body: Mapping[str, Any], *known: str) -> None:
    """Raise ``InvalidMessage`` for a field that the message does not have."""
    for name in body:
        if name not in known:
            raise InvalidMessage(
                f"{body['type']} has no {name[:64]!r}; it has {', '.join(known)}", _id_of(body)
            )


def _id_of(body: Mapping[str, Any]) -> str | None:
    id = body.get("id")
    return id if isinstance(id, str) and len(id) <= ID_CHARACTERS_MAX and _is_text(id) else None
