"""Locks on brokers, which every verb that decides by who is alive takes before all others.

The order is the same everywhere, so that no two verbs wait for each other: the control state, by
which nothing is decided in a halted cell, brokers by id, then the tenant, the topic, partitions by
topic and index, the audit chain, the counter of changes.

A verb that changes a broker's row locks it FOR UPDATE, all others FOR KEY SHARE: who is alive in
which incarnation then stays true until the verb's end, and a heartbeat, which touches neither, does
not have to wait for any of those that only look.
"""

from collections.abc import Collection, Iterable
from dataclasses import replace

from django.db import connection

from brokers.kernel.ids import BrokerId
from brokers.metadata.placement import Candidate
from brokers.metadata.records import BrokerRecord
from brokers.models import Broker
from brokers.published import broker_record
from brokers.services.control_state import refuse_while_halted


def lock_brokers(changing: BrokerId | None = None) -> dict[BrokerId, Broker]:
    """Every registered broker by id, locked; the one that is to be ``changing`` for itself.

    Raises ``Halted`` while the cell is.
    """
    refuse_while_halted()
    return lock_brokers_of_any_cell(changing)


def lock_brokers_of_any_cell(changing: BrokerId | None) -> dict[BrokerId, Broker]:
    """The same in a halted cell too, for verbs that then decide nothing about partitions."""
    with connection.cursor() as cursor:
        if changing is None:
            cursor.execute("SELECT id FROM brokers_broker ORDER BY id FOR KEY SHARE")
            return _rows([number for (number,) in cursor.fetchall()])
        found = []
        for condition in ("id < %s ORDER BY id FOR KEY SHARE", "id = %s FOR UPDATE",
                          "id > %s ORDER BY id FOR KEY SHARE"):  # fmt: skip
            cursor.execute(f"SELECT id FROM brokers_broker WHERE {condition}", [changing])
            found += [number for (number,) in cursor.fetchall()]
    return _rows(found)


def lock_brokers_to_change() -> dict[BrokerId, Broker]:
    """Every registered broker by id, each locked to be changed itself."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM brokers_broker ORDER BY id FOR UPDATE")
        return _rows([number for (number,) in cursor.fetchall()])


def share_brokers(ids: Collection[BrokerId]) -> dict[BrokerId, Broker]:
    """Only these, as far as they are registered, locked against change.

    Raises ``Halted`` while the cell is.
    """
    refuse_while_halted()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM brokers_broker WHERE id = ANY (%s::int[]) ORDER BY id FOR KEY SHARE",
            [sorted(ids)],
        )
        return _rows([number for (number,) in cursor.fetchall()])


def _rows(ids: Collection[int]) -> dict[BrokerId, Broker]:
    # Read once all locks are held: what a lock had to wait for is in it.
    return {BrokerId(broker.id): broker for broker in Broker.objects.filter(id__in=ids)}


def live_of(brokers: dict[BrokerId, Broker]) -> set[BrokerId]:
    """The ids of those that are not fenced."""
    return {broker_id for broker_id, broker in brokers.items() if not broker.fenced}


def still_candidates(
    candidates: Iterable[Candidate], brokers: dict[BrokerId, Broker]
) -> list[Candidate]:
    """Those that may be given replicas, by what ``brokers`` under lock say; loads as they were."""
    return [
        replace(each, is_live=not brokers[each.id].fenced)
        for each in candidates
        if each.id in brokers and not brokers[each.id].draining
    ]


def records_of(brokers: dict[BrokerId, Broker]) -> dict[BrokerId, BrokerRecord]:
    """As the pure decisions read them."""
    return {broker_id: broker_record(broker) for broker_id, broker in brokers.items()}
