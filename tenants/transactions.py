"""How long a writing transaction may stand in others' way."""

from typing import Final

from django.db import connection

WAIT: Final = "1s"
"""For a lock, and idle with locks held: a process that was stopped in the middle of a verb must not
keep the counter of changes, for which every other writer waits."""


def limit_waits() -> None:
    """Bound this transaction's waits; every service that writes calls it first.

    Inside a transaction that somebody else opened, their bounds stay as they are.
    """
    if connection.savepoint_ids:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('lock_timeout', %s, true),"
            " set_config('idle_in_transaction_session_timeout', %s, true)",
            [WAIT, WAIT],
        )
