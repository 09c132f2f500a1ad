"""A coordinator that was replaced without its knowing must not say how far a group has read.

It is cut from the metadata store and, so that it learns of nothing, from what other brokers tell
of it; only its clients still reach it.
"""

import pytest

from brokers.kernel.errors import ErrorCode
from brokers.metadata.records import PartitionRecord
from brokers.node.coordination import shard
from brokers.node.coordination.internal_topics import CONSUMER_OFFSETS, partition_for, qualified
from brokers.node.ports import MetadataUnavailable
from brokers.wire.messages.find_coordinator_request import FindCoordinatorRequest
from brokers.wire.messages.offset_commit_request import (
    OffsetCommitRequest,
    OffsetCommitRequestPartition,
    OffsetCommitRequestTopic,
)
from brokers.wire.messages.offset_fetch_request import OffsetFetchRequest, OffsetFetchRequestTopic
from brokers.wire.registry import ApiKey
from tests.node.harness import wait_until
from tests.node.raw_client import RawClient
from tests.node.trio import BROKERS, Trio

GROUP = "billing"
RETRIABLE = {ErrorCode.COORDINATOR_LOAD_IN_PROGRESS, ErrorCode.NOT_COORDINATOR}


class NobodyTells:
    async def changes_after(self, number, limit):
        raise MetadataUnavailable("cut by the test")


def commit(client: RawClient, offset: int) -> ErrorCode:
    row = OffsetCommitRequestPartition(0, offset)
    request = OffsetCommitRequest(
        GROUP, topics=[OffsetCommitRequestTopic(name="orders", partitions=[row])]
    )
    answer = client.ask(ApiKey.OFFSET_COMMIT, 7, request)
    return ErrorCode(answer.topics[0].partitions[0].error_code)


def fetch(client: RawClient, *, require_stable: bool) -> tuple[ErrorCode, int]:
    request = OffsetFetchRequest(
        GROUP, [OffsetFetchRequestTopic("orders", [0])], require_stable=require_stable
    )
    answer = client.ask(ApiKey.OFFSET_FETCH, 7, request)
    if answer.error_code:
        return ErrorCode(answer.error_code), -1
    return ErrorCode.NONE, answer.topics[0].partitions[0].committed_offset


def coordinator(trio: Trio) -> PartitionRecord:
    topic = next(each for each in trio.cell.topics.values() if each.name == CONSUMER_OFFSETS)
    index = partition_for(qualified(trio.tenant_id, GROUP), topic.partition_count)
    return trio.cell.partitions[topic.id, index]


@pytest.mark.parametrize("require_stable", [False, True])
def test_a_replaced_coordinator_does_not_tell_old_offsets(
    trio, monkeypatch, require_stable
) -> None:
    monkeypatch.setattr(shard, "COMMIT_SECONDS", 1.0)
    topic = trio.topic("orders")
    trio.wait_for_isr(topic, *BROKERS)
    with trio.connect(1) as client:
        client.ask(ApiKey.FIND_COORDINATOR, 2, FindCoordinatorRequest(GROUP, 0))
    wait_until(lambda: set(coordinator(trio).isr) == set(BROKERS), "replicas in sync")
    old = coordinator(trio).leader
    with trio.connect(old) as before:
        wait_until(lambda: commit(before, 5) is ErrorCode.NONE, "a commit")
        assert fetch(before, require_stable=require_stable) == (ErrorCode.NONE, 5)

        trio.nodes[old].node.metadata._peers = NobodyTells()
        trio.ways[old].is_cut = True
        wait_until(lambda: coordinator(trio).leader != old, "another coordinator")
        with trio.connect(coordinator(trio).leader) as after:
            wait_until(lambda: commit(after, 9) is ErrorCode.NONE, "a later commit")

        code, offset = fetch(before, require_stable=require_stable)
        assert (code in RETRIABLE, offset) == (True, -1)
