"""How many messages to take at a time, so that a batch stays within a number of bytes. Pure."""

from typing import Final

BATCH_BYTES: Final = 2 * 2**20
"""Aimed at for one batch of a sink, before it is read: Python's objects take up to ten times
that."""


class BatchRoom:
    """Of one batch that fills."""

    def __init__(self, messages: int, size: int = BATCH_BYTES) -> None:
        self._messages_left = messages
        self._bytes_left = size
        self._messages = 0
        self._size = 0

    @property
    def next_take(self) -> int:
        """How many messages to ask for; 0 when the batch is full.

        One at first; then as many as would fit if they were like those before.
        """
        if self._messages_left <= 0 or self._bytes_left <= 0:
            return 0
        if self._messages == 0:
            return 1
        mean = max(self._size // self._messages, 1)
        return max(1, min(self._messages_left, self._bytes_left // mean))

    def took(self, messages: int, size: int) -> None:
        self._messages_left -= messages
        self._bytes_left -= size
        self._messages += messages
        self._size += size
