"""A tenant has as many consumer groups as its limit says, however they begin."""

import pytest

from brokers.kernel.errors import ErrorCode
from brokers.kernel.limits import NAME_CHARACTERS_MAX
from brokers.node.coordination import group_limit
from brokers.quotas.tenant_quotas import GROUPS
from brokers.wire.messages.consumer_group_heartbeat_request import ConsumerGroupHeartbeatRequest
from brokers.wire.messages.delete_groups_request import DeleteGroupsRequest
from brokers.wire.messages.find_coordinator_request import FindCoordinatorRequest
from brokers.wire.messages.join_group_request import JoinGroupRequest, JoinGroupRequestProtocol
from brokers.wire.messages.offset_commit_request import (
    OffsetCommitRequest,
    OffsetCommitRequestPartition,
    OffsetCommitRequestTopic,
)
from brokers.wire.registry import ApiKey
from tests.node.harness import wait_until
from tests.node.raw_client import RawClient

LIMIT = 3


@pytest.fixture
def tenant(world, request):
    made = world.cell.add_tenant(request.node.name.split("[")[0])
    number = len(world.cell.changes) + 1
    world.cell.limit(made, groups=LIMIT)
    world.cell.add_topic(made.id, "flights", 1)
    wait_until(lambda: world.node.node.image.number >= number + 1, "hearing of it")
    return made


@pytest.fixture
def guest(world, tenant):
    with RawClient(world.node.port).log_in(world.cell.add_key(tenant)) as client:
        for number in range(LIMIT):
            begin(client, f"group-{number}")
        yield client


def begin(client, group):
    """By a commit, once there is a coordinator."""
    request = FindCoordinatorRequest(group, 0)
    asked = lambda: client.ask(ApiKey.FIND_COORDINATOR, 2, request).error_code  # noqa: E731
    wait_until(lambda: not asked(), "a coordinator")
    wait_until(lambda: commit(client, group) == ErrorCode.NONE, "a commit")


def commit(client, group):
    place = OffsetCommitRequestTopic(
        name="flights", partitions=[OffsetCommitRequestPartition(0, 7)]
    )
    request = OffsetCommitRequest(group_id=group, topics=[place])
    return client.ask(ApiKey.OFFSET_COMMIT, 7, request).topics[0].partitions[0].error_code


def join(client, group):
    protocol = [JoinGroupRequestProtocol("range", b"")]
    request = JoinGroupRequest(group, 10_000, 10_000, "", None, "consumer", protocol)
    return client.ask(ApiKey.JOIN_GROUP, 4, request)


def heartbeat(client, group):
    request = ConsumerGroupHeartbeatRequest(
        group, "member-of-" + group, 0, rebalance_timeout_ms=10_000,
        subscribed_topic_names=["flights"], topic_partitions=[],
    )  # fmt: skip
    return client.ask(ApiKey.CONSUMER_GROUP_HEARTBEAT, 1, request)


def test_no_group_begins_beyond_the_limit(guest):
    assert commit(guest, "another") == ErrorCode.POLICY_VIOLATION
    assert join(guest, "another").error_code == ErrorCode.POLICY_VIOLATION
    answer = heartbeat(guest, "another")
    assert answer.error_code == ErrorCode.POLICY_VIOLATION
    assert f"{LIMIT} consumer groups" in answer.error_message


def test_no_group_begins_by_a_name_that_is_too_long(guest):
    name = "g" * (NAME_CHARACTERS_MAX + 1)
    assert commit(guest, name) == ErrorCode.INVALID_GROUP_ID
    assert join(guest, name).error_code == ErrorCode.INVALID_GROUP_ID
    assert heartbeat(guest, name).error_code == ErrorCode.INVALID_GROUP_ID


def test_groups_that_are_there_go_on(guest):
    assert commit(guest, "group-0") == ErrorCode.NONE
    assert join(guest, "group-1").error_code == ErrorCode.MEMBER_ID_REQUIRED
    assert heartbeat(guest, "group-2").error_code == ErrorCode.NONE


def test_whoever_deletes_one_may_begin_another(world, tenant, guest):
    gone = guest.ask(ApiKey.DELETE_GROUPS, 2, DeleteGroupsRequest(["group-0"]))
    assert gone.results[0].error_code == ErrorCode.NONE
    lease = world.node.node.quotas.of(tenant.id).counts[GROUPS]
    wait_until(lambda: lease.count == LIMIT - 1, "the next count", seconds=15)
    assert commit(guest, "another") == ErrorCode.NONE
    assert commit(guest, "one-more") == ErrorCode.POLICY_VIOLATION


def test_other_tenants_groups_do_not_count(world, client, topic, guest):
    assert group_limit.is_new(world.node.node, world.tenant.id, "mine") is False, "no limit"
    assert join(client, "mine").error_code == ErrorCode.MEMBER_ID_REQUIRED
