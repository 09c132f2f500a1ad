"""A foreign group, or transaction, and an absent one are answered alike, byte for byte."""

import pytest

from brokers.wire.messages.add_offsets_to_txn_request import AddOffsetsToTxnRequest
from brokers.wire.messages.consumer_group_describe_request import ConsumerGroupDescribeRequest
from brokers.wire.messages.consumer_group_heartbeat_request import ConsumerGroupHeartbeatRequest
from brokers.wire.messages.delete_groups_request import DeleteGroupsRequest
from brokers.wire.messages.describe_groups_request import DescribeGroupsRequest
from brokers.wire.messages.describe_transactions_request import DescribeTransactionsRequest
from brokers.wire.messages.end_txn_request import EndTxnRequest
from brokers.wire.messages.find_coordinator_request import FindCoordinatorRequest
from brokers.wire.messages.heartbeat_request import HeartbeatRequest
from brokers.wire.messages.init_producer_id_request import InitProducerIdRequest
from brokers.wire.messages.join_group_request import JoinGroupRequest, JoinGroupRequestProtocol
from brokers.wire.messages.leave_group_request import LeaveGroupRequest, MemberIdentity
from brokers.wire.messages.list_groups_request import ListGroupsRequest
from brokers.wire.messages.list_transactions_request import ListTransactionsRequest
from brokers.wire.messages.offset_commit_request import (
    OffsetCommitRequest,
    OffsetCommitRequestPartition,
    OffsetCommitRequestTopic,
)
from brokers.wire.messages.offset_delete_request import (
    OffsetDeleteRequest,
    OffsetDeleteRequestPartition,
    OffsetDeleteRequestTopic,
)
from brokers.wire.messages.offset_fetch_request import (
    OffsetFetchRequest,
    OffsetFetchRequestGroup,
    OffsetFetchRequestTopics,
)
from brokers.wire.messages.sync_group_request import SyncGroupRequest
from brokers.wire.registry import ApiKey
from tests.node.harness import wait_until
from tests.node.raw_client import RawClient

FOREIGN, ABSENT = "their-group", "none--group"
TOPIC = "their-topic"


@pytest.fixture
def theirs(world):
    """Another tenant's topic, group with a commit, and transactional id: ((producer id, epoch),
    key)."""
    other = world.cell.add_tenant("other")
    world.cell.add_topic(other.id, TOPIC)
    key = world.cell.add_key(other)
    with RawClient(world.node.port).log_in(key) as client:
        for kind in (0, 1):
            wait_until(
                lambda kind=kind: (
                    not client.ask(
                        ApiKey.FIND_COORDINATOR, 2, FindCoordinatorRequest(FOREIGN, kind)
                    ).error_code
                ),
                "a coordinator",
            )
        wait_until(lambda: _commits(client, FOREIGN) == 0, "a commit")
        request = InitProducerIdRequest(FOREIGN, 60_000)
        wait_until(lambda: not client.ask(ApiKey.INIT_PRODUCER_ID, 1, request).error_code, "an id")
        made = client.ask(ApiKey.INIT_PRODUCER_ID, 1, request)
    return (made.producer_id, made.producer_epoch), key


def _commits(client: RawClient, group: str) -> int:
    wanted = [OffsetCommitRequestTopic(name=TOPIC, partitions=[OffsetCommitRequestPartition(0, 7)])]
    asked = OffsetCommitRequest(group_id=group, topics=wanted)
    return client.ask(ApiKey.OFFSET_COMMIT, 7, asked).topics[0].partitions[0].error_code


def _requests(group: str, producer: tuple[int, int]):
    """(api, version, request) of everything that names a group or a transaction."""
    here = [OffsetCommitRequestTopic(name=TOPIC, partitions=[OffsetCommitRequestPartition(0, 9)])]
    for version in (2, 7, 9):
        commit = OffsetCommitRequest(group, 3, "member", topics=here)
        yield ApiKey.OFFSET_COMMIT, version, commit
    for version in (2, 5, 7):
        yield ApiKey.OFFSET_FETCH, version, OffsetFetchRequest(group, None)
    asked = OffsetFetchRequestTopics(name=TOPIC, partition_indexes=[0])
    for topics in (None, [asked]):
        groups = [OffsetFetchRequestGroup(group, topics=topics)]
        yield ApiKey.OFFSET_FETCH, 8, OffsetFetchRequest(groups=groups)
    for version in range(7):
        yield ApiKey.DESCRIBE_GROUPS, version, DescribeGroupsRequest([group])
    for version in (0, 2):
        yield ApiKey.DELETE_GROUPS, version, DeleteGroupsRequest([group])
    forgotten = OffsetDeleteRequestTopic(TOPIC, [OffsetDeleteRequestPartition(0)])
    yield ApiKey.OFFSET_DELETE, 0, OffsetDeleteRequest(group, [forgotten])
    for version in (0, 4):
        yield ApiKey.HEARTBEAT, version, HeartbeatRequest(group, 1, "member")
    yield ApiKey.SYNC_GROUP, 4, SyncGroupRequest(group, 1, "member")
    protocol = [JoinGroupRequestProtocol("range", b"")]
    join = JoinGroupRequest(group, 10_000, 10_000, "member", None, "consumer", protocol)
    yield ApiKey.JOIN_GROUP, 5, join
    yield ApiKey.LEAVE_GROUP, 1, LeaveGroupRequest(group, "member")
    yield ApiKey.LEAVE_GROUP, 4, LeaveGroupRequest(group, members=[MemberIdentity("member")])
    yield ApiKey.CONSUMER_GROUP_HEARTBEAT, 1, ConsumerGroupHeartbeatRequest(group, "member", 4)
    yield ApiKey.CONSUMER_GROUP_DESCRIBE, 0, ConsumerGroupDescribeRequest([group])
    yield ApiKey.DESCRIBE_TRANSACTIONS, 0, DescribeTransactionsRequest([group])
    for version in (1, 4):
        yield ApiKey.END_TXN, version, EndTxnRequest(group, *producer, committed=True)
    yield ApiKey.ADD_OFFSETS_TO_TXN, 3, AddOffsetsToTxnRequest(group, *producer, "g")


def test_foreign_and_absent_are_the_same(client, theirs):
    _commits(client, "mine")  # So that the coordinator is there, and knows this tenant.
    producer, _ = theirs
    pairs = zip(_requests(FOREIGN, producer), _requests(ABSENT, producer), strict=True)
    for (api_key, version, for_foreign), (_, _, for_absent) in pairs:
        about_foreign = client.ask_for_bytes(api_key, version, for_foreign)
        about_absent = client.ask_for_bytes(api_key, version, for_absent)
        assert about_foreign.replace(FOREIGN.encode(), ABSENT.encode()) == about_absent, (
            ApiKey(api_key).name, version,
        )  # fmt: skip


def test_foreign_groups_and_transactions_are_not_listed(client, theirs):
    assert client.ask(ApiKey.LIST_GROUPS, 5, ListGroupsRequest()).groups == []
    assert (
        client.ask(ApiKey.LIST_TRANSACTIONS, 0, ListTransactionsRequest()).transaction_states == []
    )


def test_a_foreign_group_is_untouched_by_its_namesake(world, client, theirs):
    world.add_topic(TOPIC)
    wait_until(lambda: _commits(client, FOREIGN) == 0, "a commit of the same name")
    deleted = client.ask(ApiKey.DELETE_GROUPS, 2, DeleteGroupsRequest([FOREIGN])).results[0]
    assert deleted.error_code == 0
    with RawClient(world.node.port).log_in(theirs[1]) as them:
        asked = OffsetFetchRequest(FOREIGN, None)
        (topic,) = them.ask(ApiKey.OFFSET_FETCH, 5, asked).topics
        assert topic.partitions[0].committed_offset == 7
