"""The numbered change log: number order is commit order, whatever happens at once."""

import random
import threading
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from django.conf import settings
from django.db import DatabaseError, connection, transaction

from tenants import changes, scope
from tenants.changes import CHANNEL, NewChange
from tenants.models import Change
from tenants.selectors.changes import newest_change_number
from tenants.transactions import limit_waits

WRITERS = 8
ROUNDS = 25


def numbers_after(number):
    with scope.system("test"):
        return list(
            Change.objects.filter(number__gt=number)
            .order_by("number")
            .values_list("number", flat=True)
        )


def publish(count, *, keep=True):
    try:
        with scope.system("test"):
            changes.publish([NewChange("test", f"{number}", {}) for number in range(count)])
            if not keep:
                raise ZeroDivisionError
    except ZeroDivisionError:
        pass


def write(seed):
    chance = random.Random(seed)
    try:
        for _ in range(ROUNDS):
            publish(chance.randint(1, 3), keep=chance.random() < 0.8)
    finally:
        connection.close()


def read_until(done):
    """A broker's reading: always what is above the last number that it has seen."""
    seen = [0]
    try:
        while not done.is_set() or numbers_after(seen[-1]):
            seen += numbers_after(seen[-1])
    finally:
        connection.close()
    return seen[1:]


@pytest.mark.django_db(transaction=True)
def test_a_reader_never_sees_a_number_appear_below_one_it_has_seen():
    done = threading.Event()
    with ThreadPoolExecutor(WRITERS + 2) as pool:
        readers = [pool.submit(read_until, done) for _ in range(2)]
        try:
            list(pool.map(write, range(WRITERS)))
        finally:
            done.set()
        last = newest_change_number()
        assert last > WRITERS * ROUNDS // 2
        for reader in readers:
            assert reader.result() == list(range(1, last + 1))


@pytest.mark.django_db
def test_a_transaction_that_fails_takes_no_number():
    publish(1)
    before = newest_change_number()
    publish(5, keep=False)
    assert newest_change_number() == before
    publish(1)
    assert newest_change_number() == before + 1


@pytest.mark.django_db
def test_changes_of_one_call_are_numbered_in_their_order():
    with scope.system("test"):
        last = changes.publish(
            [NewChange("a", "1", {"x": 'quote " and \\'}), NewChange("b", "2", None)]
        )
        rows = list(
            Change.objects.order_by("number").values_list("number", "kind", "key", "payload")
        )
    assert rows == [(last - 1, "a", "1", {"x": 'quote " and \\'}), (last, "b", "2", None)]


@pytest.mark.django_db
def test_publishing_nothing_is_a_mistake():
    with pytest.raises(ValueError, match="no changes"):
        changes.publish([])


@pytest.mark.django_db
def test_publishing_without_a_scope_is_stopped_by_the_database():
    with pytest.raises(Exception, match="row-level security"), transaction.atomic():
        changes.publish([NewChange("a", "1", {})])


@pytest.mark.django_db(transaction=True)
def test_listeners_are_told_the_newest_number():
    with psycopg.connect(settings.HEADWATER.database_url, autocommit=True) as listener:
        listener.execute(f"LISTEN {CHANNEL}")
        publish(3)
        publish(2, keep=False)
        told = [hint.payload for hint in listener.notifies(timeout=60, stop_after=1)]
    assert told == [str(newest_change_number())]


@pytest.mark.django_db(transaction=True)
def test_a_writer_that_stops_with_the_counter_locked_is_ended():
    locked, others_are_done = threading.Event(), threading.Event()

    def stop_in_the_middle():
        try:
            with scope.system("test"):
                limit_waits()
                changes.publish([NewChange("test", "stopped", {})])
                locked.set()
                others_are_done.wait(60)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        stopped = pool.submit(stop_in_the_middle)
        assert locked.wait(60)
        publish(1)
        others_are_done.set()
        with pytest.raises(DatabaseError):
            stopped.result()
    assert newest_change_number() == 1
