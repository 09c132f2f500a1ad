"""Comma-separated values (RFC 4180) with a header; a field that is no text or number is JSON."""

import csv
import io
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, BinaryIO

from connect.connectors.json_text import to_json
from connect.connectors.objects.formats import Row
from connect.spi.errors import DataError
from connect.spi.records import SinkRecord


class Writer:
    """Columns are the schema's fields, or those of the first value in their order."""

    def __init__(self, out: BinaryIO, first: SinkRecord, compression: str) -> None:
        self._columns = _columns(first)
        self._out = out
        self._text = io.StringIO(newline="")
        self._csv = csv.writer(self._text, lineterminator="\r\n")
        self._csv.writerow(self._columns)
        self._pass_on()

    def add(self, record: SinkRecord) -> None:
        if _columns(record) != self._columns:
            raise DataError("the record has other fields than its file")
        self._csv.writerow([_cell(record.value.get(name)) for name in self._columns])
        self._pass_on()

    def _pass_on(self) -> None:
        self._out.write(self._text.getvalue().encode())
        self._text.seek(0)
        self._text.truncate()

    def finish(self) -> None:
        """Nothing is kept back."""


def _columns(record: SinkRecord) -> list[str]:
    if record.value_schema is not None:
        found = [each.name for each in record.value_schema.fields]
    else:
        found = [str(each) for each in record.value] if isinstance(record.value, Mapping) else []
    if not found or not isinstance(record.value, Mapping):
        raise DataError("a CSV file has columns, and the value has no fields")
    return found


def _cell(value: Any) -> Any:
    if value is None or isinstance(value, (str, int, float, Decimal)):
        return _word(value)
    text = to_json(value).decode()
    return text[1:-1] if text.startswith('"') and text.endswith('"') else text


def _word(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    return format(value, "f") if isinstance(value, Decimal) else value


def rows(file: BinaryIO) -> Iterator[Row]:
    """All fields are text; an empty one is there and empty."""
    text = io.TextIOWrapper(file, encoding="utf-8", newline="")
    reader = csv.reader(text, strict=True)
    try:
        header = next(reader, None)
        for cells in reader:
            if header is None or len(cells) != len(header):
                raise DataError(f"line {reader.line_num} has not as many fields as the header")
            yield Row(None, dict(zip(header, cells, strict=True)))
    except (csv.Error, UnicodeDecodeError) as error:
        raise DataError(f"line {reader.line_num}: {error}") from error
    finally:
        text.detach()
