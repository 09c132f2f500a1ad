import asyncio
from types import SimpleNamespace

import pytest
from aiokafka.errors import KafkaConnectionError

from streaming.records.failures import BrokersUnavailable
from streaming.records.reader import Reader


class Brokers:
    """Broker 1 is down, broker 2 answers once it is let."""

    def __init__(self):
        self.cluster = SimpleNamespace(
            brokers=lambda: [SimpleNamespace(nodeId=1), SimpleNamespace(nodeId=2)]
        )
        self.may_answer = asyncio.Event()

    async def send(self, node, _request):
        if node == 1:
            raise KafkaConnectionError
        await self.may_answer.wait()

    def force_metadata_update(self):
        """As a client's, which looks for other brokers then."""


async def test_a_broker_that_is_down_does_not_keep_the_others_from_being_waited_for():
    brokers = Brokers()
    waiting = asyncio.create_task(Reader(brokers).catch_up())
    done, _ = await asyncio.wait([waiting], timeout=0.05)
    assert not done
    brokers.may_answer.set()
    with pytest.raises(BrokersUnavailable):
        await waiting
