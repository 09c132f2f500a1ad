"""Lines of a stranger's file, of which one takes so much of memory and no more."""

import io
from collections.abc import Iterator
from typing import BinaryIO, Final

from connect.spi.errors import DataError

RECORD_MAX: Final = 16 * 2**20
"""Bytes of a line, or characters of a record of several lines: no topic takes a larger record."""


def lines(file: BinaryIO) -> Iterator[bytes]:
    """With their ends. Raises ``DataError`` for one that is too long."""
    number = 0
    while line := file.readline(RECORD_MAX + 1):
        number += 1
        if len(line) > RECORD_MAX:
            raise DataError(f"line {number} has more than {RECORD_MAX} bytes")
        yield line


class TooLong(DataError):
    """A record has more characters than any may."""


class TextLines:
    """An iterator over lines with their ends; ``begin_record`` where one has been made of those
    before."""

    def __init__(self, text: io.TextIOBase) -> None:
        self._text = text
        self._left = RECORD_MAX

    def begin_record(self) -> None:
        self._left = RECORD_MAX

    def __iter__(self) -> "TextLines":
        return self

    def __next__(self) -> str:
        """Raises ``TooLong`` where a record has too many characters."""
        line = self._text.readline(self._left + 1)
        if not line:
            raise StopIteration
        self._left -= len(line)
        if self._left < 0:
            raise TooLong(f"it has more than {RECORD_MAX} characters")
        return line
