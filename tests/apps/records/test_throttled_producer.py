"""A producer whose broker asks for a pause (KIP-219)."""

import asyncio
from types import SimpleNamespace

import pytest

from streaming.records.clients import Clients
from streaming.records.failures import Throttled
from streaming.records.identity import WRITE, Identity
from streaming.records.lane import ProducerId
from streaming.records.outgoing import OutgoingRecord
from streaming.records.producer import Producer
from streaming.records.reader import PartitionPlace

RECORD = OutgoingRecord("t", 0, None, b"v", (), 0)
ME = Identity("tenant", "User:app", frozenset({WRITE}))


class Client:
    """Takes every batch, and asks for a pause each time."""

    def __init__(self, throttle_ms):
        self.throttle_ms = throttle_ms
        self.sent_at = []

    async def send(self, _node, _request):
        self.sent_at.append(asyncio.get_running_loop().time())
        row = SimpleNamespace(
            index=0, error_code=0, base_offset=len(self.sent_at) - 1, log_append_time_ms=-1
        )
        topic = SimpleNamespace(name="t", partition_responses=[row])
        return SimpleNamespace(throttle_time_ms=self.throttle_ms, responses=[topic])

    async def close(self):
        pass


def producer_at(client):
    """A producer that knows where its partition is and has its id."""
    producer = Producer(client)
    loop = asyncio.get_running_loop()
    producer._places["t"] = (loop.time() + 60, {0: PartitionPlace(1, (1,), (1,))})
    producer._lane("t", 0).producer = ProducerId(1, 0)
    return producer


async def test_nothing_is_sent_until_the_pause_is_over():
    client = Client(throttle_ms=150)
    producer = producer_at(client)
    for offset in (0, 1):
        parcel = await producer.submit([RECORD])
        await parcel.done
        assert parcel.outcomes[0].offset == offset
    assert client.sent_at[1] - client.sent_at[0] >= 0.15
    await producer.stop()


async def test_a_long_pause_is_for_the_caller_to_wait():
    producer = producer_at(Client(throttle_ms=7_500))
    clients = Clients(None)
    started = asyncio.get_running_loop().create_future()
    started.set_result(producer)
    clients._producers[ME] = started
    clients.require_unthrottled(ME)
    parcel = await producer.submit([RECORD])
    await parcel.done
    with pytest.raises(Throttled) as raised:
        clients.require_unthrottled(ME)
    assert raised.value.seconds == 8
    await producer.stop()
