from django.db import connection

from brokers.kernel.ids import ProducerId


def reserve_producer_ids(count: int) -> ProducerId:
    """The first of ``count`` producer ids that nobody else will ever get. Raises ``ValueError``."""
    if count < 1:
        raise ValueError(f"{count} producer ids cannot be reserved")
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO brokers_produceridcounter AS counter (id, next) VALUES (1, %s)"
            " ON CONFLICT (id) DO UPDATE SET next = counter.next + excluded.next"
            " RETURNING next",
            [count],
        )
        (after,) = cursor.fetchone()
    return ProducerId(after - count)
