"""A producer takes what it has room for: records without any content take room as well."""

import asyncio
from types import SimpleNamespace

from streaming.records import producer as module
from streaming.records.lane import ProducerId
from streaming.records.outgoing import OutgoingRecord
from streaming.records.producer import PENDING_RECORD_BYTES, Producer
from streaming.records.reader import PartitionPlace

NOTHING = OutgoingRecord("t", 0, None, None, (), 0)


class Client:
    """Answers when it is let."""

    def __init__(self):
        self.may_answer = asyncio.Event()

    async def send(self, _node, _request):
        await self.may_answer.wait()
        row = SimpleNamespace(index=0, error_code=0, base_offset=0, log_append_time_ms=-1)
        topic = SimpleNamespace(name="t", partition_responses=[row])
        return SimpleNamespace(throttle_time_ms=0, responses=[topic])

    async def close(self):
        pass


async def test_records_of_nothing_wait_for_room(monkeypatch):
    monkeypatch.setattr(module, "PENDING_BYTES_MAX", 2 * PENDING_RECORD_BYTES)
    client = Client()
    producer = Producer(client)
    producer._places["t"] = (
        asyncio.get_running_loop().time() + 60,
        {0: PartitionPlace(1, (1,), (1,))},
    )
    producer._lane("t", 0).producer = ProducerId(1, 0)
    first = await producer.submit([NOTHING] * 3)
    second = asyncio.create_task(producer.submit([NOTHING]))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert not second.done()
    client.may_answer.set()
    await first.done
    await (await second).done
    await producer.stop()
