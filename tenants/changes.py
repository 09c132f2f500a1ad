"""The numbered change log: how brokers and web processes hear of what was written.

One counter row gives the numbers. It is taken as the last lock of a transaction and held until the
commit, so the order of numbers is the order of commits: a reader that has seen number N has seen
everything below it. ``NOTIFY`` is only a hint; readers poll too.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db import connection

CHANNEL: Final = "headwater_changes"


@dataclass(frozen=True, slots=True)
class NewChange:
    """``payload`` is the whole row as brokers know it; None means that the thing is gone."""

    kind: str
    key: str
    payload: dict[str, Any] | None


def publish(changes: Sequence[NewChange]) -> int:
    """Number and log ``changes`` in order; the last statement of a writing transaction.

    Returns the number of the last one. Raises ``ValueError`` for no changes at all.
    """
    if not changes:
        raise ValueError("publish() was called with no changes")
    with connection.cursor() as cursor:
        last = _take_numbers(cursor, len(changes))
        first = last - len(changes) + 1
        # One document, not arrays: thousands of changes, as in a failover, then take half the time.
        cursor.execute(
            "INSERT INTO tenants_change (number, kind, key, payload, created_at)"
            " SELECT %s + position - 1, change->>'kind', change->>'key',"
            " NULLIF(change->'payload', 'null'::jsonb), now()"
            " FROM jsonb_array_elements(%s::jsonb) WITH ORDINALITY AS entry (change, position)",
            [first, json.dumps([_document(change) for change in changes])],
        )
        cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, str(last)])
    return last


def _document(change: NewChange) -> dict[str, Any]:
    return {"kind": str(change.kind), "key": change.key, "payload": change.payload}


def _take_numbers(cursor: Any, count: int) -> int:
    cursor.execute(
        "INSERT INTO tenants_changecounter AS counter (id, number) VALUES (1, %s)"
        " ON CONFLICT (id) DO UPDATE SET number = counter.number + excluded.number"
        " RETURNING number",
        [count],
    )
    (last,) = cursor.fetchone()
    return int(last)


def move_past(number: int) -> None:
    """Give out no number up to ``number``: readers have seen changes of another history by it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO tenants_changecounter AS counter (id, number) VALUES (1, %s)"
            " ON CONFLICT (id) DO UPDATE SET number = GREATEST(counter.number, excluded.number)",
            [number],
        )
