import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import connection

from tenants import scope
from tenants.transactions import limit_waits

SECONDS: Final = 60
"""A use is written when the one that is known is older: a busy key costs one write a minute for
each process that it is used at, however many requests there are."""


@dataclass(frozen=True, slots=True)
class KeyUse:
    """A key was used then, from that address. Both hold whichever way it was used."""

    key_id: str
    at: datetime
    address: str


def note_key_uses(uses: Sequence[KeyUse]) -> None:
    """Write down when keys were last used, in one statement; earlier uses change nothing.

    There is no audit entry and no numbered change: nothing is decided by it. Keys that are gone are
    left out.
    """
    document = [
        {"key_id": use.key_id, "at": use.at.isoformat(), "address": use.address} for use in uses
    ]
    with scope.system("keys were used"), connection.cursor() as cursor:
        limit_waits()
        # Locked in one order: two processes that note the same keys must not block each other.
        cursor.execute(
            "WITH used AS ("
            " SELECT key.key_id, use.at, use.address FROM tenants_apikey AS key"
            " JOIN jsonb_to_recordset(%s::jsonb) AS use (key_id text, at timestamptz, address text)"
            " ON use.key_id = key.key_id"
            " WHERE key.last_used_at IS NULL OR key.last_used_at < use.at"
            " ORDER BY key.key_id FOR UPDATE OF key)"
            " UPDATE tenants_apikey AS key"
            " SET last_used_at = used.at, last_used_from = used.address FROM used"
            " WHERE key.key_id = used.key_id",
            [json.dumps(document)],
        )
