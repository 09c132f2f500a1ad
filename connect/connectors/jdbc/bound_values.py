"""Values of records as what a driver binds for a column. Pure."""

import json
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time, tzinfo
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from connect.connectors.jdbc.url import Backend

Bind = Callable[[Any], Any]

AS_THEY_ARE: Final = frozenset({type(None), bool, int, float, str, bytes})
"""Types of values that every driver binds."""


def json_text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=_plain)


def _plain(value: Any) -> Any:
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value).hex()
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, Decimal | UUID):
        return str(value)
    raise TypeError(f"a {type(value).__name__} has no form in JSON")


def moment(value: datetime, zone: tzinfo, *, with_zone: bool) -> datetime:
    """``value`` for a column that keeps a zone, or for one whose times are of ``zone``."""
    aware = value if value.tzinfo is not None else value.replace(tzinfo=UTC)
    return aware if with_zone else aware.astimezone(zone).replace(tzinfo=None)


def bind_for(backend: Backend, zone: tzinfo) -> Bind:
    """For any column of MySQL, MariaDB or SQLite: none of their types keeps a zone.

    MySQL's TIMESTAMP is of the session's zone, which is UTC; ``zone`` is that of DATETIME.
    """
    text = backend is Backend.SQLITE

    def bind(value: Any) -> Any:
        if type(value) in AS_THEY_ARE:
            return value
        if isinstance(value, datetime):
            naive = moment(value, zone, with_zone=False)
            return naive.isoformat(" ", "microseconds") if text else naive
        if isinstance(value, date):
            return value.isoformat() if text else value
        if isinstance(value, time):
            return value.isoformat("microseconds") if text else value
        if isinstance(value, Decimal):
            return str(value) if text else value
        if isinstance(value, bytearray | memoryview):
            return bytes(value)
        return json_text(value)

    return bind


def parts(rows: Sequence[Any], size: int) -> list[Sequence[Any]]:
    return [rows[start : start + size] for start in range(0, len(rows), size)]
