from uuid import UUID

from django.db import connection

_REGISTER = """
INSERT INTO connect_connectworker AS known
    (name, incarnation, host, slots, beats, beat_at, stopped, started_at, opens)
VALUES (%(name)s, %(incarnation)s, %(host)s, %(slots)s, 0, now(), false, now(), '[]')
ON CONFLICT (name) DO UPDATE SET
    incarnation = excluded.incarnation, host = excluded.host, slots = excluded.slots,
    beats = known.beats + 1, beat_at = excluded.beat_at, stopped = false,
    started_at = excluded.started_at, opens = excluded.opens
"""


def register_worker(*, name: str, incarnation: UUID, host: str, slots: int) -> None:
    """A worker begins: from now on it is the one of that name, and an earlier one is not."""
    with connection.cursor() as cursor:
        cursor.execute(
            _REGISTER, {"name": name, "incarnation": incarnation, "host": host, "slots": slots}
        )
