"""Rows of CSV (RFC 4180) that are harmless in a spreadsheet."""

import csv
import io
from collections.abc import Iterable
from typing import Any, Final

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def csv_row(cells: Iterable[Any]) -> str:
    """One row with its line break. None is empty; a text that a spreadsheet would take for a
    formula gets an apostrophe in front, for names are their tenants' own words."""
    line = io.StringIO()
    csv.writer(line).writerow([_harmless(cell) for cell in cells])
    return line.getvalue()


def _harmless(cell: Any) -> Any:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell
