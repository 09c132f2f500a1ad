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


class HoldingBack(Client):
    """Leaves every partition out of so many answers, as a broker does that holds a fetch back."""

    def __init__(self, times, throttle_ms):
        super().__init__(throttle_ms)
        self.times = times

    async def send(self, node, request):
        answer = await super().send(node, request)
        answer.topics = []
        if len(self.sent_at) > self.times:
            answer.throttle_time_ms = 0
            answer.topics = [("t", [(0, 0, 5, 5, 0, None, b"")])]
        return answer


async def test_a_fetch_that_is_held_back_is_asked_again_after_the_pause():
    client = HoldingBack(times=2, throttle_ms=60)
    (fetched,) = await Reader(client).fetch(1, "t", {0: 5}, wait_ms=0, max_bytes=1000)
    assert fetched.high_watermark == 5
    assert len(client.sent_at) == 3
    assert client.sent_at[2] - client.sent_at[0] >= 0.12


async def test_a_fetch_that_is_held_back_for_long_is_for_the_caller_to_repeat():
    client = HoldingBack(times=9, throttle_ms=60_000)
    with pytest.raises(Throttled):
        await Reader(client).fetch(1, "t", {0: 5}, wait_ms=0, max_bytes=1000)
    assert len(client.sent_at) == 1
