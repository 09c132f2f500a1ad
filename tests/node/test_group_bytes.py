"""The members of a tenant's groups have so much of a broker, over all partitions that it leads."""

import pytest

from brokers.kernel.errors import ErrorCode
from brokers.node.coordination import group_coordinator
from brokers.node.coordination.group_coordinator import room_beside
from brokers.node.coordination.internal_topics import qualified
from brokers.wire.messages.consumer_group_heartbeat_request import ConsumerGroupHeartbeatRequest
from brokers.wire.messages.find_coordinator_request import FindCoordinatorRequest
from brokers.wire.messages.join_group_request import JoinGroupRequest, JoinGroupRequestProtocol
from brokers.wire.registry import ApiKey
from tests.node.harness import wait_until
from tests.node.raw_client import RawClient

ROOM = 10_000


@pytest.fixture
def tenant(world, request, monkeypatch):
    monkeypatch.setattr(group_coordinator, "GROUP_BYTES_PER_TENANT_MAX", ROOM)
    made = world.cell.add_tenant(request.node.name)
    world.cell.add_topic(made.id, "flights", 1)
    return made


@pytest.fixture
def guest(world, tenant):
    with RawClient(world.node.port).log_in(world.cell.add_key(tenant)) as client:
        request = FindCoordinatorRequest("any", 0)
        asked = lambda: client.ask(ApiKey.FIND_COORDINATOR, 2, request).error_code  # noqa: E731
        wait_until(lambda: not asked(), "a coordinator")
        yield client


def heartbeat(client, group, epoch=0, size=100):
    request = ConsumerGroupHeartbeatRequest(
        group, "member-of-" + group, epoch, rebalance_timeout_ms=10_000,
        subscribed_topic_names=["x" * size], topic_partitions=[],
    )  # fmt: skip
    return client.ask(ApiKey.CONSUMER_GROUP_HEARTBEAT, 1, request)


def begun(client, group, size):
    """Once its coordinator has loaded."""
    again = (ErrorCode.COORDINATOR_LOAD_IN_PROGRESS, ErrorCode.NOT_COORDINATOR)
    answers = []

    def answered():
        answers.append(heartbeat(client, group, size=size))
        return answers[-1].error_code not in again

    wait_until(answered, "its coordinator")
    return answers[-1]


def join(client, group, size):
    protocol = [JoinGroupRequestProtocol("range", b"x" * size)]
    request = JoinGroupRequest(group, 10_000, 10_000, "", None, "consumer", protocol)
    return client.ask(ApiKey.JOIN_GROUP, 4, request)


def test_members_beyond_the_room_of_their_tenant_are_told_so(guest):
    for group in ("a", "b"):
        assert begun(guest, group, 3_000).error_code == ErrorCode.NONE
    refused = begun(guest, "c", 3_000)
    assert refused.error_code == ErrorCode.GROUP_MAX_SIZE_REACHED
    assert "subscribe to fewer topics" in refused.error_message
    assert join(guest, "c", 3_000).error_code == ErrorCode.GROUP_MAX_SIZE_REACHED
    assert heartbeat(guest, "a", -1).error_code == ErrorCode.NONE
    assert begun(guest, "c", 3_000).error_code == ErrorCode.NONE


def test_what_another_broker_leads_now_takes_no_room_here(world, tenant, guest):
    begun(guest, "a", 3_000)
    name = qualified(tenant.id, "a")
    groups = world.node.node.groups
    assert room_beside(groups, name) < ROOM - 3_000
    others = [shard for shard in groups if shard is not groups.shard_for(name)]
    assert room_beside(others, name) == ROOM
