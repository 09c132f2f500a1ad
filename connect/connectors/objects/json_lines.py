"""A JSON document to a line."""

from collections.abc import Iterator
from typing import BinaryIO

import orjson

from connect.connectors.json_text import to_json
from connect.connectors.objects.formats import Row
from connect.spi.errors import DataError
from connect.spi.records import SinkRecord


class Writer:
    def __init__(self, out: BinaryIO, first: SinkRecord, compression: str) -> None:
        self._out = out

    def add(self, record: SinkRecord) -> None:
        self._out.write(to_json(record.value) + b"\n")

    def finish(self) -> None:
        """Nothing is kept back."""


def rows(file: BinaryIO) -> Iterator[Row]:
    for number, line in enumerate(file, 1):
        if line.strip():
            try:
                yield Row(None, orjson.loads(line))
            except orjson.JSONDecodeError as error:
                raise DataError(f"line {number} is no JSON: {error}") from error
