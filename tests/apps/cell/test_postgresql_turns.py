"""Requests have so many connections to PostgreSQL at once and no more."""

import gc
import threading
from contextvars import copy_context

import pytest
from django.db import OperationalError, connection, connections, transaction

from streaming.postgresql import base, turns
from tenants.errors import Unavailable


@pytest.fixture
def connect(db, monkeypatch):
    """Connects anew, for a request; there are two turns."""
    monkeypatch.setattr(turns, "_turns", threading.BoundedSemaphore(2))
    monkeypatch.setattr(turns, "TURN_SECONDS", 0.05)
    made = []
    of_a_request = copy_context()
    of_a_request.run(turns._takes_turns.set, True)

    def connected(context=of_a_request):
        wrapper = connections.create_connection("default")
        wrapper.inc_thread_sharing()
        context.copy().run(wrapper.ensure_connection)
        made.append(wrapper)
        return wrapper

    connected.made = made
    yield connected
    for wrapper in made:
        wrapper.close()


def test_the_next_one_waits_for_a_turn(connect):
    first, _second = connect(), connect()
    with pytest.raises(Unavailable, match="none of them ended"):
        connect()
    first.close()
    first.close()
    connect()
    with pytest.raises(Unavailable):
        connect()


def test_whoever_waits_is_let_in_as_soon_as_one_ends(connect, monkeypatch):
    monkeypatch.setattr(turns, "TURN_SECONDS", 10)
    first, _second = connect(), connect()
    waiting = threading.Thread(target=connect)
    waiting.start()
    first.close()
    waiting.join(10)
    assert len(connect.made) == 3


def test_what_is_no_request_waits_for_nobody_and_takes_no_turn(connect):
    outside = copy_context()
    assert all(connect(outside).is_usable() for _ in range(3))
    connect(), connect()
    assert connect(outside).is_usable()


def test_what_is_to_be_written_down_afterwards_waits_for_nobody(connect):
    connect(), connect()
    context = copy_context()

    def written():
        turns._takes_turns.set(True)
        with turns.out_of_turn():
            assert connect(copy_context()).is_usable()
        with pytest.raises(Unavailable):
            connect(copy_context())

    context.run(written)


def test_one_that_is_forgotten_gives_its_turn_back(connect):
    connect(), connect()
    connect.made.clear()
    gc.collect()
    connect(), connect()


def test_one_that_was_broken_gives_its_turn_back(connect):
    broken, _second = connect(), connect()
    broken.connection.pgconn.finish()
    with pytest.raises(OperationalError):
        broken.cursor().execute("SELECT 1")
    broken.close_if_unusable_or_obsolete()
    connect()


def test_an_attempt_that_fails_holds_none(connect, monkeypatch):
    def refused(self, conn_params):
        raise OperationalError("nobody is there")

    monkeypatch.setattr(base.base.DatabaseWrapper, "get_new_connection", refused)
    for _ in range(3):
        with pytest.raises(OperationalError, match="nobody is there"):
            connect()


def test_a_transaction_keeps_its_connection(db):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        before = cursor.fetchone()
        turns.end_turn()
        cursor.execute("SELECT pg_backend_pid()")
        assert cursor.fetchone() == before
