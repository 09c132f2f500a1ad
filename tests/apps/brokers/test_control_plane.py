"""The node's verbs over Django: what they return, and how they fail."""

import asyncio
import threading
import time

import psycopg
import pytest
from django.conf import settings
from django.db import DatabaseError, InterfaceError, OperationalError, connection

from brokers.adapters.control_plane import DjangoControlPlane
from brokers.adapters.database_calls import DatabaseCalls
from brokers.adapters.verifier_keys import VerifierKeys
from brokers.kernel.errors import ErrorCode, Refusal
from brokers.kernel.ids import BrokerId, TopicId, TopicName
from brokers.node.ports import ConfigOperation, MetadataUnavailable, NewTopic, Refused
from brokers.selectors.topics import partitions_of
from tenants.services.delete_tenant import delete_tenant
from tests.apps.brokers.registrations import registration
from tests.waiting import wait_until

pytestmark = pytest.mark.django_db(transaction=True)


def with_control(scenario):
    async def run():
        control = DjangoControlPlane(BrokerId(1), VerifierKeys())
        try:
            return await scenario(control)
        finally:
            control.close()

    return asyncio.run(run())


def test_a_brokers_life(db):
    async def scenario(control):
        assert await control.register_broker(registration(1)) == 1
        assert (await control.heartbeat(1, 1)).alive
        assert await control.broker_heartbeats() == {1: (1, 1)}
        assert not await control.fence_broker(1, 9)
        assert await control.fence_broker(1, 1)
        assert (await control.heartbeat(1, 1)).alive
        await control.stop_broker(1, 1)
        assert await control.broker_heartbeats() == {}
        first = await control.reserve_producer_ids(1000)
        assert await control.reserve_producer_ids(1000) == first + 1000

    with_control(scenario)


def test_one_refused_topic_does_not_stop_the_others(acme, three_brokers):
    async def scenario(control):
        wanted = [NewTopic(TopicName(name), 1) for name in ("one", "../x", "two")]
        created = await control.create_topics(acme.actor, wanted, False)
        absent = TopicId(bytes(16))
        deleted = await control.delete_topics(acme.actor, [created[0].topic_id, absent])
        return created, deleted

    created, deleted = with_control(scenario)
    assert [getattr(each, "code", None) for each in created] == [
        None,
        ErrorCode.INVALID_TOPIC_EXCEPTION,
        None,
    ]
    assert deleted[0] is None
    assert isinstance(deleted[1], Refused)
    assert deleted[1].code is ErrorCode.UNKNOWN_TOPIC_ID


def test_verbs_on_one_topic_raise_what_they_refuse(acme, three_brokers):
    async def scenario(control):
        await control.create_topics(acme.actor, [NewTopic(TopicName("one"), 1)], False)
        await control.create_partitions(acme.actor, "one", 2, False)
        with pytest.raises(Refusal):
            await control.create_partitions(acme.actor, "one", 2, False)
        step = ConfigOperation("nope", 0, "1")
        with pytest.raises(Refusal):
            await control.alter_topic_configs(acme.actor, "one", [step], False)
        with pytest.raises(Refusal):
            await control.replace_topic_configs(acme.actor, "one", {"nope": "1"}, False)

    with_control(scenario)
    assert len(partitions_of(acme.tenant.id, "one")) == 2


def test_a_tenant_that_is_being_deleted_hears_so(acme):
    delete_tenant(tenant_id=acme.tenant.id, by="root")
    entity, values = {"user": "app"}, {"producer_byte_rate": 1.0}

    async def scenario(control):
        for verb in (
            lambda: control.delete_acls(acme.actor, []),
            lambda: control.alter_scram_users(acme.actor, []),
            lambda: control.alter_client_quotas(acme.actor, entity, values, False),
        ):
            with pytest.raises(Refusal, match="is being deleted") as refused:
                await verb()
            assert refused.value.code is ErrorCode.CLUSTER_AUTHORIZATION_FAILED

    with_control(scenario)


def with_calls(scenario):
    async def run():
        calls = DatabaseCalls(1, "test")
        try:
            return await scenario(calls)
        finally:
            calls.close()

    return asyncio.run(run())


@pytest.mark.parametrize("error", [OperationalError, InterfaceError, DatabaseError])
def test_errors_of_the_database_mean_that_the_store_is_away(error):
    def fail():
        raise error("the server\nhas closed the connection")

    async def scenario(calls):
        with pytest.raises(MetadataUnavailable, match="the server has closed the connection"):
            await calls.call(5, fail)

    with_calls(scenario)


def test_other_errors_come_through():
    def fail():
        raise ZeroDivisionError

    async def scenario(calls):
        with pytest.raises(ZeroDivisionError):
            await calls.call(5, fail)

    with_calls(scenario)


def test_a_call_that_takes_too_long_is_given_up_and_the_queue_behind_it_too(db):
    released = threading.Event()

    def wait():
        released.wait(60)

    async def scenario(calls):
        started = time.monotonic()
        with pytest.raises(MetadataUnavailable, match=r"within 0\.1 s"):
            await calls.call(0.1, wait)
        with pytest.raises(MetadataUnavailable):
            await calls.call(0.1, wait)
        assert time.monotonic() - started < 30
        released.set()
        assert await calls.call(30, lambda: "answered") == "answered"

    with_calls(scenario)


def test_a_connection_that_broke_unnoticed_is_replaced():
    async def scenario(calls):
        first = await calls.call(30, backend)
        await asyncio.to_thread(terminate, first)
        assert await calls.call(30, backend) != first

    with_calls(scenario)


def test_connections_are_given_back_when_nothing_is_asked_any_more():
    """Also that of a call that nobody waited for, when it is done."""
    begun, go_on = threading.Event(), threading.Event()
    backends = []

    def ask():
        backends.append(backend())
        begun.set()
        assert go_on.wait(30)

    async def scenario():
        idle, busy = DatabaseCalls(1, "idle"), DatabaseCalls(1, "busy")
        first = await idle.call(30, backend)
        asked = asyncio.create_task(busy.call(30, ask))
        await asyncio.to_thread(begun.wait, 30)
        idle.close()
        busy.close()
        await asyncio.to_thread(wait_until, lambda: not connected(first), "the first's end", 30)
        assert await asyncio.to_thread(connected, backends[0])
        go_on.set()
        await asked
        await asyncio.to_thread(
            wait_until, lambda: not connected(backends[0]), "the second's end", 30
        )

    asyncio.run(scenario())


def backend():
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return cursor.fetchone()[0]


def connected(backend):
    """Whether PostgreSQL has that connection."""
    query = "SELECT pid FROM pg_stat_activity WHERE pid = %s"
    with psycopg.connect(settings.HEADWATER.database_url, autocommit=True) as other:
        return other.execute(query, [backend]).fetchone() is not None


def terminate(backend):
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s, 10000)", [backend])
    finally:
        connection.close()
