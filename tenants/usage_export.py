"""Usage as documents and as rows of CSV, the same wherever it is read."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any, Final

from tenants.csv_rows import csv_row
from tenants.models import Usage, UsageBy

COUNTS: Final = (
    "bytes_in", "bytes_out", "records_in", "requests", "stored_bytes_max", "partitions_max",
    "connector_task_seconds",
)  # fmt: skip

_NOT_COUNTED: Final = {
    UsageBy.TENANT: frozenset[str](),
    UsageBy.PRINCIPAL: frozenset({"stored_bytes_max", "partitions_max"}),
    UsageBy.TOPIC: frozenset({"connector_task_seconds"}),
}
"""What a principal stores is nobody's to tell; a task is its connector's account's, and may be
about many topics."""


def document(used: Usage) -> dict[str, Any]:
    """One hour or day. What is not counted by that is None; ``name`` is None for the tenant."""
    missing = _NOT_COUNTED[UsageBy(used.by)]
    counts = {name: None if name in missing else getattr(used, name) for name in COUNTS}
    return {"at": _text(used.start), "name": used.name or None, **counts}


def csv_rows(usage: Iterable[Usage]) -> Iterator[str]:
    """A head and one row each; empty where nothing is counted."""
    yield csv_row(("at", "name", *COUNTS))
    for each in usage:
        yield csv_row(document(each).values())


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
