"""Which request the work at hand is for, so that what is written for it can tell.

Not an argument of every verb: it decides nothing, and only the audit log reads it.
"""

from contextvars import ContextVar
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class RequestOrigin:
    """``source`` is the IP address that the connection comes from. ``request_id`` is
    ``BROKER.INCARNATION.CONNECTION.CORRELATION``, which no other request of the cell has: unless a
    client gives one connection's requests the same correlation id. Empty: the broker itself."""

    source: str = ""
    request_id: str = ""


ITSELF: Final = RequestOrigin()

current: Final[ContextVar[RequestOrigin]] = ContextVar("request_origin", default=ITSELF)
"""Set by the dispatcher in the task of each request."""
