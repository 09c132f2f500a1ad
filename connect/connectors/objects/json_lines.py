"""A JSON document to a line."""

from codecs import BOM_UTF8
from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO

import orjson

from connect.connectors.json_text import json_lines
from connect.connectors.objects.bounded_lines import lines
from connect.connectors.objects.formats import Row
from connect.spi.errors import DataError
from connect.spi.records import SinkRecord


class Writer:
    def __init__(self, out: BinaryIO, first: SinkRecord, compression: str) -> None:
        self._out = out

    def add(self, record: SinkRecord) -> None:
        self.add_values([record.value])

    def add_values(self, values: Sequence[Any]) -> None:
        self._out.write(json_lines(values))

    def finish(self) -> None:
        """Nothing is kept back."""


def rows(file: BinaryIO) -> Iterator[Row]:
    for number, line in enumerate(lines(file), 1):
        if number == 1:
            line = line.removeprefix(BOM_UTF8)  # noqa: PLW2901
        if line.strip():
            try:
                yield Row(None, orjson.loads(line))
            except orjson.JSONDecodeError as error:
                raise DataError(f"line {number} is no JSON: {error}") from error
