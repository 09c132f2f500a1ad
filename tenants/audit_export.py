"""Audit entries as documents, lines of JSON and rows of CSV, the same wherever they are read."""

import csv
import io
import json
from datetime import UTC
from typing import Any, Final

from tenants.models import AuditEntry

COLUMNS: Final = (
    "sequence", "at", "by", "action", "object", "outcome", "source", "request_id", "detail",
)  # fmt: skip
PROOF: Final = ("version", "previous", "digest")
"""What an export has beside: with it and ``tenants/audit.py`` others can check the chain."""

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def document(entry: AuditEntry) -> dict[str, Any]:
    """``at`` is RFC 3339 in UTC, with all the digits that the digest is over."""
    values: dict[str, Any] = {name: getattr(entry, name) for name in COLUMNS}
    values["at"] = entry.at.astimezone(UTC).isoformat().replace("+00:00", "Z")
    values["outcome"] = str(entry.outcome)
    return values


def proven_document(entry: AuditEntry) -> dict[str, Any]:
    """``document`` with what proves it."""
    return {**document(entry), **{name: getattr(entry, name) for name in PROOF}}


def json_line(entry: AuditEntry) -> str:
    """NDJSON: one document and a line break."""
    return json.dumps(proven_document(entry), ensure_ascii=False, separators=(",", ":")) + "\n"


def csv_head() -> str:
    """The first row."""
    return _csv_row([*COLUMNS, *PROOF])


def csv_row(entry: AuditEntry) -> str:
    """One entry; ``detail`` is JSON."""
    values = proven_document(entry)
    values["detail"] = json.dumps(values["detail"], ensure_ascii=False, separators=(",", ":"))
    return _csv_row([_harmless(value) for value in values.values()])


def _csv_row(cells: list[Any]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow(cells)
    return line.getvalue()


def _harmless(cell: Any) -> Any:
    """Names are tenants' own words; a spreadsheet must not take one for a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell
