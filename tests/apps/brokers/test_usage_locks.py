"""Rows of usage, which brokers and workers add to: none waits for one that waits for it."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from brokers.kernel.ids import BrokerId, Incarnation, PartitionIndex
from brokers.node.ports import PrincipalReading, Readings, ReplicaReading
from brokers.services.publish_figures import publish_figures
from brokers.services.roll_up_figures import roll_up_figures
from tenants import scope
from tests.apps.brokers.test_figures import broker_reading
from tests.node.harness import wait_until

NOON = datetime(2026, 11, 27, 12, 0, 0, tzinfo=UTC)
_LOCK = "SELECT FROM tenants_usage WHERE tenant_id = %s AND by = 'tenant' AND step = 'day' {}"
_WAITERS = "SELECT FROM pg_locks WHERE NOT granted"


@contextmanager
def roll_up_elsewhere(seconds: int) -> Iterator[None]:
    def roll_up() -> bool:
        try:
            return roll_up_figures(NOON + timedelta(seconds=seconds))
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        done = pool.submit(roll_up)
        yield
        assert done.result()


def is_waiting() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(_WAITERS)
        return cursor.rowcount > 0


def tell(topic, requests_of, count: int) -> None:
    """Of ``topic``'s tenant records, of the other requests alone."""
    records = ReplicaReading(topic.topic_id, PartitionIndex(0), count, count, 0, 0, 0, 0)
    asked = PrincipalReading(str(requests_of.tenant.id), "User:app", 0, 0, 0, count)
    readings = Readings(broker_reading(), (records,), principals=(asked,))
    publish_figures(BrokerId(1), Incarnation(1), readings)


@pytest.mark.django_db(transaction=True)
def test_a_roll_up_that_waits_for_a_tenants_row_keeps_no_later_one(acme, rival, three_brokers):
    """A worker that has the first and wants the second would wait for ever otherwise."""
    first, second = sorted((acme, rival), key=lambda each: each.tenant.id)
    topic = second.create("flights", 1)
    tell(topic, first, 1)
    assert roll_up_figures(NOON)
    tell(topic, first, 2)
    with roll_up_elsewhere(10), scope.system("test"), connection.cursor() as cursor:
        cursor.execute(_LOCK.format("FOR UPDATE"), [first.tenant.id])
        assert cursor.rowcount == 1
        wait_until(is_waiting, "the roll-up waits")
        cursor.execute(_LOCK.format("FOR UPDATE NOWAIT"), [second.tenant.id])
        assert cursor.rowcount == 1
