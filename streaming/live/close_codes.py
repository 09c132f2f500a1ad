"""Why a live socket is closed: the whole table, as it is published.

Private-use codes of RFC 6455, section 7.4.2; the last three digits are the HTTP status that says
the same. A socket that is refused before its upgrade gets that HTTP status instead.
"""

from enum import IntEnum


class CloseCode(IntEnum):
    GOING_AWAY = 1001
    """The service stops, or the session may do less than when it opened the socket; connect again
    with ``resume``."""
    BAD_REQUEST = 4400
    """A parameter or a message could not be understood; the reason says which."""
    NOT_AUTHENTICATED = 4401
    """No credential in time, one that does not log in, or one that was revoked or has expired."""
    NOT_ALLOWED = 4403
    """The credential may not read, or a session's socket comes from another site."""
    NOT_FOUND = 4404
    """No such topic or partition in this cluster, or the topic was deleted."""
    CONFLICT = 4409
    """A subscription's id is taken."""
    MESSAGE_TOO_BIG = 4413
    """A message to the server was longer than it takes."""
    FILTER_TOO_COSTLY = 4422
    """A filter took more time or memory than one may."""
    TOO_MANY = 4429
    """The tenant has as many live sockets as it may."""
    UNAVAILABLE = 4503
    """Brokers or the database did not answer; try again, with ``resume`` to go on."""
    SLOW_READER = 4508
    """The socket took nothing for a while; connect again with ``resume`` and fewer credits."""

    @classmethod
    def of_status(cls, status: int) -> "CloseCode":
        """The code that says what an HTTP status says; ``UNAVAILABLE`` where there is none."""
        try:
            return cls(4000 + status)
        except ValueError:
            return cls.UNAVAILABLE

    @property
    def http_status(self) -> int:
        """The status for the same refusal before the upgrade."""
        return {self.GOING_AWAY: 503, self.SLOW_READER: 503}.get(self, self - 4000)
