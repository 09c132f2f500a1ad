"""Whoever can write to Redis cannot make a socket say anything: hints are not read."""

import json
import time

import msgpack
import pytest
import redis
from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.conf import settings

from streaming.events import hub
from streaming.events.hints import GROUP
from tenants.services.create_service_account import create_service_account
from tests.apps.edge_service import wait_for

RANDOM_PREFIX = bytes(12)
"""The layer puts one before each message."""


@pytest.fixture(scope="module")
def tenant(edge):
    tenant = edge.tenant()
    with edge.socket("/ws/v1/events", tenant.administrator) as ws:
        ws.recv(timeout=60)  # The hub is there from now on.
    return tenant


@pytest.fixture
def store():
    with redis.Redis.from_url(settings.HEADWATER.redis_url) as client:
        yield client


@pytest.fixture
def looks(monkeypatch):
    """How often the hub has asked the database, and nothing makes it ask but hints."""
    counted = []
    asked = hub.chain_lengths

    def count(chains):
        counted.append(chains)
        return asked(chains)

    monkeypatch.setattr(hub, "chain_lengths", count)
    monkeypatch.setattr(hub, "POLL_SECONDS", 3600)
    return counted


def event(tenant):
    """What a socket would be told of, in the words of every layer that it passes."""
    frame = {
        "type": "topic.deleted", "at": 1, "object": "forged", "by": "forged", "detail": {},
        "cursor": "999-999",
    }  # fmt: skip
    return {**frame, "tenant": tenant.id, "text": json.dumps(frame), "entry": frame}


def listener(store):
    """The key under which the web process' channel is written to."""
    layer = get_channel_layer()
    members = store.zrange(f"{layer.prefix}:group:{GROUP}", 0, -1, desc=True)
    return layer.prefix + members[0].decode() if members else None


@pytest.fixture
def ready(edge, tenant, store, looks):
    """A socket of the tenant's administrator, that hears hints."""
    state = edge.web_state(hub._by_loop)
    wait_for(lambda: not state._listeners and not state._tasks, "the last socket has left")
    store.delete(f"{get_channel_layer().prefix}:group:{GROUP}")
    with edge.socket("/ws/v1/events", tenant.administrator) as ws:
        assert json.loads(ws.recv(timeout=60))["type"] == "ready"
        wait_for(lambda: listener(store), "the web process listens")
        yield ws


def test_a_forged_hint_with_content_only_wakes(ready, tenant, looks):
    for kind in ("look", "topic.deleted", "websocket.send", "chat.message", "forged"):
        looks.clear()
        async_to_sync(get_channel_layer().group_send)(GROUP, {**event(tenant), "type": kind})
        wait_for(lambda: looks, "the hub looks")
    the_next_frame_is_true(ready, tenant)


def test_a_forged_message_of_no_form_says_and_keeps_nothing(ready, tenant, store, looks):
    """Written behind the layer's back: with names of others' channels, and what is no message."""
    anyone = {**event(tenant), "__asgi_channel__": [f"specific.x!{n}" for n in range(1000)]}
    key = listener(store)
    for content in (event(tenant), anyone, {}):
        looks.clear()
        store.zadd(key, {RANDOM_PREFIX + msgpack.packb(content): time.time()})
        wait_for(lambda: looks, "the hub looks")
    assert not get_channel_layer().receive_buffer, "kept for channels that nobody reads"
    store.zadd(key, {b"no message at all": time.time()})
    wait_for(lambda: not store.exists(key), "it is taken")
    the_next_frame_is_true(ready, tenant)


def the_next_frame_is_true(ws, tenant):
    """Nothing came before what really happens now."""
    create_service_account(tenant_id=tenant.id, name=f"true{time.time_ns()}", by="test")
    frame = json.loads(ws.recv(timeout=60))
    assert frame["type"] == "service_account.created"
    assert frame["object"].startswith("true")
