"""Requests have so many connections to PostgreSQL at once and no more."""

import gc
import threading
from contextvars import copy_context
from itertools import count

import pytest
from asgiref.sync import ThreadSensitiveContext, sync_to_async
from django.db import OperationalError, connection, connections, transaction

from streaming.postgresql import base, turns
from streaming.postgresql.room import Party
from streaming.postgresql.turn_queue import TurnQueue
from tenants.errors import Unavailable
from tests.waiting import wait_until


@pytest.fixture
def connect(db, monkeypatch):
    """Connects anew, for a request of some tenant's; there are two turns."""
    monkeypatch.setattr(turns, "_queue", TurnQueue(2, 8))
    monkeypatch.setattr(turns, "TURN_SECONDS", 0.05)
    made = []
    names = count()

    def connected(context=None):
        wrapper = connections.create_connection("default")
        wrapper.inc_thread_sharing()
        context = context or visiting(turns.Visitor(tenant(next(names))))
        context.run(wrapper.ensure_connection)
        made.append(wrapper)
        return wrapper

    connected.made = made
    yield connected
    for wrapper in made:
        wrapper.close()


def tenant(name):
    return Party(str(name), is_stranger=False)


def visiting(visitor):
    """The context of that visitor's request."""
    context = copy_context()
    context.run(turns._visitor.set, visitor)
    return context


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
        turns._visitor.set(turns.Visitor(tenant("late")))
        with turns.out_of_turn():
            assert connect(copy_context()).is_usable()
        with pytest.raises(Unavailable):
            connect(copy_context())
        assert turns._queue.free == 0

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


def test_of_two_turns_one_tenant_has_one_and_another_finds_the_other(connect):
    flooding = tenant("flood")
    connect(visiting(turns.Visitor(flooding)))
    with pytest.raises(Unavailable, match="none of them ended"):
        connect(visiting(turns.Visitor(flooding)))
    connect()


def test_who_has_too_many_waiting_is_turned_away_at_once(connect, monkeypatch):
    monkeypatch.setattr(turns, "TURN_SECONDS", 30)
    flooding = tenant("flood")
    first = connect(visiting(turns.Visitor(flooding)))
    waiting = [threading.Thread(target=flood, args=(connect, flooding)) for _ in range(4)]
    for thread in waiting:
        thread.start()
    wait_until(lambda: turns._queue.waiting == 4, "four wait")
    with pytest.raises(Unavailable, match="as many requests of yours wait"):
        connect(visiting(turns.Visitor(flooding)))
    second = turns.Visitor(tenant("other"))
    connect(visiting(second)).close()
    first.close()
    for thread in waiting:
        thread.join(30)
    assert (turns._queue.free, turns._queue.waiting) == (2, 0)


def flood(connect, party):
    connect(visiting(turns.Visitor(party))).close()


def test_who_leaves_while_it_waits_waits_no_more(connect, monkeypatch):
    monkeypatch.setattr(turns, "TURN_SECONDS", 600)
    first, second = connect(), connect()
    leaving = turns.Visitor(tenant("leaves"))
    refused = []

    def wait():
        with pytest.raises(Unavailable):
            connect(visiting(leaving))
        refused.append(True)

    thread = threading.Thread(target=wait)
    thread.start()
    wait_until(lambda: turns._queue.waiting == 1, "it waits")
    leaving.gone()
    thread.join(30)
    assert refused
    assert (turns._queue.free, turns._queue.waiting) == (0, 0)
    first.close(), second.close()
    assert turns._queue.free == 2


def test_who_leaves_with_a_turn_keeps_it_until_the_work_is_done(connect):
    leaving = turns.Visitor(tenant("leaves"))
    connection = connect(visiting(leaving))
    leaving.gone()
    assert turns._queue.free == 1
    connection.close()
    assert turns._queue.free == 2
    connect(visiting(leaving)).close()
    assert turns._queue.free == 2


def test_one_that_is_interrupted_while_it_waits_holds_none(connect, monkeypatch):
    class Interrupted(BaseException):
        pass

    def interrupted(turn, seconds):
        raise Interrupted

    monkeypatch.setattr(turns._queue, "wait", interrupted)
    for _ in range(3):
        with pytest.raises(Interrupted):
            connect()
    assert turns._queue.free == 2


def test_a_thread_that_dies_with_its_connection_leaves_no_turn_behind(connect):
    def dies():
        connect()
        connect.made.clear()

    for _ in range(3):
        thread = threading.Thread(target=dies)
        thread.start()
        thread.join(30)
        gc.collect()
    assert turns._queue.free == 2


async def test_who_reads_an_answer_slowly_keeps_no_turn(db, monkeypatch):
    monkeypatch.setattr(turns, "_queue", TurnQueue(2, 8))
    free = []

    def ask():
        connection.ensure_connection()

    async def application(scope, receive, send):
        async with ThreadSensitiveContext():
            await sync_to_async(ask)()
            free.append(turns._queue.free)
            await send({"type": "http.response.start", "status": 200, "headers": []})

    async def slow(message):
        free.append(turns._queue.free)

    scope = {"type": "http", "headers": [], "client": ("192.0.2.1", 1)}
    await turns.TakingTurns(application)(scope, None, slow)
    assert free == [1, 2]


def test_a_stranger_who_is_recognised_is_on_its_tenants_account(connect):
    """One turn is a tenant's then, and not one of those that strangers may have."""
    stranger = Party("192.0.2.1", is_stranger=True)
    visitor = turns.Visitor(stranger, b"Basic of acme")
    connect(visiting(visitor))
    visiting(visitor).run(turns.recognised, "acme")
    assert turns._familiar.party(b"Basic of acme") == tenant("acme")
    with pytest.raises(Unavailable):
        connect(visiting(turns.Visitor(tenant("acme"))))
    connect(visiting(turns.Visitor(stranger)))


def test_a_tenant_that_has_enough_gets_no_more_by_coming_as_a_stranger(connect):
    """Its request goes on when it has a turn for it."""
    connect(visiting(turns.Visitor(tenant("acme"))))
    visitor = turns.Visitor(Party("192.0.2.1", is_stranger=True))
    ended = []

    def recognised():
        connection.ensure_connection()
        turns.recognised("acme")
        ended.append(connection.connection is None)

    thread = threading.Thread(target=visiting(visitor).run, args=(recognised,))
    thread.start()
    thread.join(30)
    assert ended == [True]
    assert turns._queue.free == 1
