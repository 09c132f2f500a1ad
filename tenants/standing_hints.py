"""Hints that some tenant is to be used no more, or again, for those who do not follow the numbered
changes. Sent with the commit; who listens looks by himself too, so one may be lost.
"""

from typing import Final

from django.db import connection

CHANNEL: Final = "headwater_standing"


def announce_standing() -> None:
    """Within a verb's transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, '')", [CHANNEL])
