"""Comma-separated values (RFC 4180) with a header; a field that is no text or number is JSON."""

import csv
import io
from collections import Counter
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, BinaryIO

from connect.connectors.json_text import to_json
from connect.connectors.objects.bounded_lines import RECORD_MAX, TextLines, TooLong
from connect.connectors.objects.formats import Row
from connect.spi.errors import DataError
from connect.spi.records import SinkRecord

# Of a field: one of a record that the sink has written may be nearly all of it. It is the module's
# and not a reader's; nothing else here reads CSV.
csv.field_size_limit(RECORD_MAX)


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
    """All fields are text; an empty one is there and empty. Lines that are empty are none, and the
    mark that spreadsheets begin a file with (U+FEFF) is no part of a name."""
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
    lines = TextLines(text)
    reader = csv.reader(lines, strict=True)
    header: list[str] | None = None
    begins = 1
    try:
        for cells in reader:
            lines.begin_record()
            begins = reader.line_num + 1
            if not cells:
                continue
            if header is None:
                header = _header(cells)
            elif len(cells) != len(header):
                raise DataError(f"line {reader.line_num} has not as many fields as the header")
            else:
                yield Row(None, dict(zip(header, cells, strict=True)))
    except TooLong as error:
        raise DataError(f"the record that begins at line {begins}: {error}") from error
    except (csv.Error, UnicodeDecodeError) as error:
        raise DataError(f"line {reader.line_num}: {error}") from error
    finally:
        text.detach()


def _header(cells: list[str]) -> list[str]:
    twice = [name for name, count in Counter(cells).items() if count > 1]
    if twice:
        raise DataError(f"the header has {twice[0][:100]!r} more than once")
    return cells
