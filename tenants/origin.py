"""Where an act comes from: the address it was asked from, and the id of the request that asked.

Not an argument of every verb: it decides nothing, and the audit log is the only reader. Whoever
takes a request in enters it once; a thread that works for the request must be given the context.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Origin:
    """``source`` is an IP address as text. ``request_id`` is that of the header X-Request-Id, or
    of a Kafka request: its connection and its correlation id. Both are empty for what the service
    does by itself and for the command line."""

    source: str = ""
    request_id: str = ""


NOWHERE: Final = Origin()

_current: ContextVar[Origin] = ContextVar("headwater_origin", default=NOWHERE)


def current() -> Origin:
    """That of the request under way."""
    return _current.get()


@contextmanager
def acting(origin: Origin) -> Iterator[None]:
    """What is done inside comes from there."""
    token = _current.set(origin)
    try:
        yield
    finally:
        _current.reset(token)
