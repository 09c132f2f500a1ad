"""Connections to PostgreSQL that end at a COMMIT: before it gets there, or before its answer does.

https://www.postgresql.org/docs/current/protocol-message-formats.html, Query: ``Q``, the length with
itself, the text, a zero byte. Django and psycopg send COMMIT as a simple query of its own.
"""

from typing import Final, Literal

COMMIT: Final = b"Q\x00\x00\x00\x0bCOMMIT\x00"

When = Literal["before", "after"]


class Commits:
    """How many more are to be cut, and where. Of all brokers together."""

    def __init__(self) -> None:
        self.cut = 0
        self._when: When = "after"
        self._left = 0

    def arm(self, when: When, count: int) -> None:
        self._when, self._left = when, count

    def strike(self) -> When | None:
        """A COMMIT has come: None when it may go on as if nothing were."""
        if not self._left:
            return None
        self._left -= 1
        self.cut += 1
        return self._when


class Scanner:
    """Finds COMMIT in what one client sends, also across two pieces."""

    def __init__(self) -> None:
        self._tail = b""

    def sees_commit(self, piece: bytes) -> bool:
        text = self._tail + piece
        # What has been seen must not be seen again with the next piece.
        self._tail = b"" if COMMIT in text else text[-len(COMMIT) + 1 :]
        return COMMIT in text
