from django.db import connection, transaction

from brokers.kernel.ids import ProducerId
from brokers.services.control_state import refuse_while_halted


def reserve_producer_ids(count: int) -> ProducerId:
    """The first of ``count`` producer ids that nobody else will ever get. Raises ``ValueError``,
    and ``Halted`` while the counter may be one of the past."""
    if count < 1:
        raise ValueError(f"{count} producer ids cannot be reserved")
    with transaction.atomic(), connection.cursor() as cursor:
        refuse_while_halted()
        cursor.execute(
            "INSERT INTO brokers_produceridcounter AS counter (id, next) VALUES (1, %s)"
            " ON CONFLICT (id) DO UPDATE SET next = counter.next + excluded.next"
            " RETURNING next",
            [count],
        )
        (after,) = cursor.fetchone()
    return ProducerId(after - count)
