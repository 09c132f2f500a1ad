"""Bytes or text as they are, a line end after each."""

from collections.abc import Iterator
from typing import BinaryIO

from connect.connectors.objects.formats import Row
from connect.spi.errors import DataError
from connect.spi.records import SinkRecord
from connect.spi.schema import BYTES


class Writer:
    def __init__(self, out: BinaryIO, first: SinkRecord, compression: str) -> None:
        self._out = out

    def add(self, record: SinkRecord) -> None:
        value = record.value
        if isinstance(value, str):
            value = value.encode()
        if not isinstance(value, (bytes, bytearray, memoryview)):
            raise DataError(
                f"the bytes format takes bytes or text, not a {type(value).__name__}; set "
                "value.converter=bytes"
            )
        self._out.write(bytes(value) + b"\n")

    def finish(self) -> None:
        """Nothing is kept back."""


def rows(file: BinaryIO) -> Iterator[Row]:
    for line in file:
        yield Row(BYTES, line.removesuffix(b"\n"))
