"""Bytes or text as they are, a line end after each."""

from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO

from connect.connectors.objects.bounded_lines import lines
from connect.connectors.objects.formats import Row
from connect.spi.errors import DataError
from connect.spi.records import SinkRecord
from connect.spi.schema import BYTES


class Writer:
    def __init__(self, out: BinaryIO, first: SinkRecord, compression: str) -> None:
        self._out = out

    def add(self, record: SinkRecord) -> None:
        self.add_values([record.value])

    def add_values(self, values: Sequence[Any]) -> None:
        # The last line has its end as well.
        self._out.write(b"\n".join([*map(_line, values), b""]))

    def finish(self) -> None:
        """Nothing is kept back."""


def _line(value: Any) -> bytes | bytearray | memoryview:
    if isinstance(value, str):
        return value.encode()
    if not isinstance(value, (bytes, bytearray, memoryview)):
        raise DataError(
            f"the bytes format takes bytes or text, not a {type(value).__name__}; set "
            "value.converter=bytes"
        )
    return value


def rows(file: BinaryIO) -> Iterator[Row]:
    for line in lines(file):
        yield Row(BYTES, line.removesuffix(b"\n"))
