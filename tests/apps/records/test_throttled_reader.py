"""A reader whose broker asks for pauses (KIP-219)."""

import asyncio
from types import SimpleNamespace

import pytest

from streaming.records.failures import Throttled
from streaming.records.reader import THROTTLE_SECONDS_MAX, Reader


class Client:
    """Answers everything at once, asking for a pause."""

    def __init__(self, throttle_ms):
        self.throttle_ms = throttle_ms
        self.sent_at = []

    async def send(self, _node, _request):
        self.sent_at.append(asyncio.get_running_loop().time())
        return SimpleNamespace(throttle_time_ms=self.throttle_ms)


async def test_nothing_is_sent_to_a_broker_that_asked_for_a_pause():
    client = Client(throttle_ms=150)
    reader = Reader(client)
    await reader.ask(1, object(), "a")
    await reader.ask(2, object(), "b")
    await reader.ask(1, object(), "c")
    first, other, second = client.sent_at
    assert other - first < 0.1
    assert second - first >= 0.15


async def test_a_long_pause_is_for_the_caller_to_wait():
    client = Client(throttle_ms=int(THROTTLE_SECONDS_MAX * 1000) + 4_500)
    reader = Reader(client)
    reader.require_unthrottled()
    await reader.ask(1, object(), "a")
    with pytest.raises(Throttled) as raised:
        reader.require_unthrottled()
    assert raised.value.seconds == 6
    assert "6 s" in str(raised.value)


async def test_a_short_pause_is_waited_for():
    reader = Reader(Client(throttle_ms=int(THROTTLE_SECONDS_MAX * 500)))
    await reader.ask(1, object(), "a")
    reader.require_unthrottled()
