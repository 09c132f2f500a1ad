"""The node's view of PostgreSQL: hints, changes, and what happens when connections break."""

import asyncio
import time

import psycopg
import pytest
from django.conf import settings
from django.db import connection

from brokers.adapters.postgres_metadata import PostgresMetadata
from brokers.kernel.ids import ChangeNumber
from brokers.metadata.image import MetadataImage
from brokers.node.ports import MetadataUnavailable

pytestmark = pytest.mark.django_db(transaction=True)


def with_metadata(scenario):
    async def run():
        metadata = PostgresMetadata()
        try:
            return await scenario(metadata)
        finally:
            await metadata.close()

    return asyncio.run(run())


@pytest.fixture
def break_connections(db):
    """Ends every session of the service's role but the test's own, as a restart would."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        own = cursor.fetchone()

    def end_sessions():
        with psycopg.connect(settings.HEADWATER.database_url, autocommit=True) as other:
            other.execute(
                "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity"
                " WHERE usename = current_user AND pid NOT IN (pg_backend_pid(), %s)",
                own,
            )

    return end_sessions


def test_a_snapshot_and_the_changes_after_it(acme, three_brokers):
    async def scenario(metadata):
        image = MetadataImage.from_snapshot(await metadata.snapshot())
        await asyncio.to_thread(acme.create, "flights", 3)
        for change in await metadata.changes_after(image.number, 100):
            image.apply(change)
        return image, MetadataImage.from_snapshot(await metadata.snapshot())

    image, again = with_metadata(scenario)
    assert image == again
    assert [topic.name for topic in image.topics.values()] == ["flights"]


def test_a_change_ends_the_wait_for_a_hint(acme, three_brokers):
    async def scenario(metadata):
        await metadata.wait_for_hint(0.01)
        waiting = asyncio.create_task(metadata.wait_for_hint(60))
        await asyncio.to_thread(acme.create, "flights", 3)
        async with asyncio.timeout(30):
            await waiting

    with_metadata(scenario)


def test_without_a_change_the_wait_ends_in_time(db):
    async def scenario(metadata):
        await metadata.wait_for_hint(0.05)

    with_metadata(scenario)


def test_broken_connections_are_reported_and_replaced(acme, break_connections):
    async def scenario(metadata):
        await metadata.wait_for_hint(0.01)
        before = await metadata.changes_after(ChangeNumber(0), 10)
        await asyncio.to_thread(break_connections)
        with pytest.raises(MetadataUnavailable):
            await metadata.wait_for_hint(30)
        await metadata.wait_for_hint(0.01)
        assert await metadata.changes_after(ChangeNumber(0), 10) == before

    with_metadata(scenario)


def test_a_store_that_is_away_is_said_to_be_away(db, monkeypatch):
    monkeypatch.setitem(settings.DATABASES["default"], "PORT", "1")

    async def scenario(metadata):
        for call in (
            metadata.snapshot(),
            metadata.changes_after(ChangeNumber(0), 1),
            metadata.wait_for_hint(1),
        ):
            with pytest.raises(MetadataUnavailable):
                await call

    with_metadata(scenario)


def test_a_cancelled_wait_leaves_nothing_behind(acme, three_brokers):
    async def scenario(metadata):
        waiting = asyncio.create_task(metadata.wait_for_hint(60))
        await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        started = time.monotonic()
        await metadata.wait_for_hint(0.05)
        assert time.monotonic() - started < 30

    with_metadata(scenario)
