"""A link's conversation with its leader, over a connection that is only described."""

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest

from brokers.kernel.errors import ErrorCode
from brokers.kernel.ids import BrokerId, Incarnation, LeaderEpoch, PartitionIndex, TopicId
from brokers.node import leader_links
from brokers.node.copy_throttle import CopyThrottle
from brokers.node.leader_links import LeaderLink
from brokers.node.system_clock import SystemClock
from brokers.replication.follower import Follower
from brokers.wire.messages.fetch_request import FetchRequest
from brokers.wire.messages.fetch_response import (
    FetchableTopicResponse,
    FetchResponse,
    PartitionData,
)

TOPIC = TopicId(bytes(range(16)))
NEVER_S = 30.0


class Connection:
    """Answers what it is told to, in order."""

    def __init__(self) -> None:
        self.asked: asyncio.Queue[tuple[FetchRequest, asyncio.Future[Any]]] = asyncio.Queue()

    def ask(self, _api: int, _version: int, request: FetchRequest) -> asyncio.Future[Any]:
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self.asked.put_nowait((request, answer))
        return answer


def partition() -> Any:
    """One with an empty log, which follows broker 1 at epoch 5."""
    log = SimpleNamespace(
        durable_end_offset=0, log_end_offset=0, log_start_offset=0, epoch_before=lambda _: -1
    )
    return SimpleNamespace(
        topic_id=TOPIC,
        index=PartitionIndex(0),
        log=log,
        is_closed=False,
        is_being_added=False,
        following=Follower(BrokerId(1), LeaderEpoch(5)),
        when_durable=lambda done: done(),
    )


@pytest.fixture
def link() -> LeaderLink:
    async def catch_up() -> bool:
        return True

    node: Any = SimpleNamespace(
        broker_id=BrokerId(2),
        incarnation=Incarnation(1),
        clock=SystemClock(),
        catch_up=catch_up,
        image=SimpleNamespace(brokers={}),
    )
    return LeaderLink(node, BrokerId(1), CopyThrottle())


def named(request: FetchRequest) -> bool:
    return bool(request.topics)


async def test_who_names_a_partition_before_its_leader_leads_need_not_wait_for_a_poll(
    link: LeaderLink,
) -> None:
    connection: Any = Connection()
    link.copy.follow(partition())
    conversation = asyncio.create_task(link._converse(connection))
    async with asyncio.timeout(NEVER_S):
        request, answer = await connection.asked.get()
        assert named(request)
        row = PartitionData(0, ErrorCode.NOT_LEADER_OR_FOLLOWER, records=b"")
        answer.set_result(
            FetchResponse(responses=[FetchableTopicResponse(topic_id=TOPIC, partitions=[row])])
        )
        poll, pending = await connection.asked.get()
        assert not named(poll)
        again, _ = await connection.asked.get()
    assert named(again), "its leader may have learnt by now that it leads"
    assert not pending.done()
    conversation.cancel()
    await asyncio.gather(conversation, return_exceptions=True)


async def test_a_leader_that_does_not_answer_is_not_waited_for(
    link: LeaderLink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leader_links, "ANSWER_MS", 50)
    connection: Any = Connection()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(NEVER_S):
            await link._converse(connection)
    assert connection.asked.qsize() == 1
