"""Bytes of records to stdout: untouched into a pipe, harmless on a terminal."""

from collections.abc import Callable
from typing import TextIO

from streaming.cli.records import terminal_safe


def printer(stream: TextIO) -> Callable[[bytes], None]:
    """A function that writes bytes to ``stream`` and flushes: a reader sees them at once."""

    def to_terminal(data: bytes) -> None:
        stream.write(terminal_safe(data).decode())
        stream.flush()

    def to_pipe(data: bytes) -> None:
        if data:
            stream.buffer.write(data)
            stream.buffer.flush()

    return to_terminal if stream.isatty() else to_pipe
