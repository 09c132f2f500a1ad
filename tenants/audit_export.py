"""Audit entries as documents, lines of JSON and rows of CSV, the same wherever they are read."""

import json
from datetime import UTC
from typing import Any, Final

from tenants.csv_rows import csv_row
from tenants.models import AuditEntry

COLUMNS: Final = (
    "sequence", "at", "by", "action", "object", "outcome", "source", "request_id", "detail",
)  # fmt: skip
PROOF: Final = ("version", "previous", "digest")
"""What an export has beside: with it and ``tenants/audit.py`` others can check the chain."""


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
    return csv_row([*COLUMNS, *PROOF])


def csv_line(entry: AuditEntry) -> str:
    """One entry; ``detail`` is JSON."""
    values = proven_document(entry)
    values["detail"] = json.dumps(values["detail"], ensure_ascii=False, separators=(",", ":"))
    return csv_row(values.values())
