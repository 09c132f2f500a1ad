"""A key with limits: they hold whatever its principal may do, over Kafka and through the edge."""

import pytest

from brokers.authorization.restriction import KeyRestriction, NamePattern
from brokers.kernel.errors import ErrorCode
from brokers.wire.messages.create_topics_request import CreatableTopic, CreateTopicsRequest
from brokers.wire.messages.find_coordinator_request import FindCoordinatorRequest
from brokers.wire.messages.join_group_request import JoinGroupRequest
from brokers.wire.messages.offset_commit_request import (
    OffsetCommitRequest,
    OffsetCommitRequestPartition,
    OffsetCommitRequestTopic,
)
from brokers.wire.registry import ApiKey
from tests.node.harness import wait_until
from tests.node.raw_client import RawClient, batch

REFUSED = ErrorCode.TOPIC_AUTHORIZATION_FAILED


def limited_key(world, **limits):
    """The tenant administrator's, who may do everything."""
    return world.cell.add_key(world.tenant, restriction=KeyRestriction(**limits))


@pytest.fixture(params=["kafka", "edge"])
def connect(world, request):
    """Connects with a key, as a client does or as the edge does for one."""
    opened = []

    def connected(key):
        is_edge = request.param == "edge"
        client = RawClient(world.node.internal_port if is_edge else world.node.port)
        opened.append(client)
        if is_edge:
            scopes = ["read", "write", "administer"]
            assert client.log_in_as_edge(world.tenant.id, key=key[0], scopes=scopes).error_code == 0
        else:
            client.log_in(key)
        return client

    yield connected
    for client in opened:
        client.socket.close()


def test_a_key_for_one_topic_reaches_no_other(world, topic, connect):
    own = connect(limited_key(world, topics=(NamePattern(topic.name),)))
    assert own.produce(topic.name, batch(b"v")).error_code == 0
    assert own.fetch(topic.name, 0).error_code == 0
    other = connect(limited_key(world, topics=(NamePattern("another"),)))
    assert other.produce(topic.name, batch(b"v")).error_code == REFUSED
    assert other.fetch(topic.name, 0).error_code == REFUSED
    assert [each.name for each in other.metadata().topics] == []


def test_a_key_for_reading_writes_nothing(world, topic, connect):
    reader = connect(limited_key(world, read_only=True))
    assert reader.fetch(topic.name, 0).error_code == 0
    assert reader.produce(topic.name, batch(b"v")).error_code == REFUSED


def test_a_key_for_one_group_is_a_member_and_commits_in_no_other(world, topic, connect):
    def coordinator(client, group):
        return client.ask(ApiKey.FIND_COORDINATOR, 3, FindCoordinatorRequest(group, 0)).error_code

    def commit(client, group):
        places = [OffsetCommitRequestPartition(0, 0)]
        rows = [OffsetCommitRequestTopic(topic.name, partitions=places)]
        request = OffsetCommitRequest(group, topics=rows)
        return client.ask(ApiKey.OFFSET_COMMIT, 7, request).topics[0].partitions[0].error_code

    client = connect(limited_key(world, groups=(NamePattern("mine"),)))
    wait_until(lambda: coordinator(client, "mine") == 0, "a coordinator")
    assert commit(client, "mine") == 0
    refused = ErrorCode.GROUP_AUTHORIZATION_FAILED
    assert coordinator(client, "another") == commit(client, "another") == refused
    joined = client.ask(ApiKey.JOIN_GROUP, 5, JoinGroupRequest("another", 10_000, 10_000))
    assert joined.error_code == refused
    assert client.fetch(topic.name, 0).error_code == 0, "topics are not limited by it"


@pytest.mark.parametrize("limits", [{"read_only": True}, {"topics": (NamePattern("mine"),)}])
def test_a_limited_key_of_the_administrator_makes_no_topics(world, connect, limits):
    client = connect(limited_key(world, **limits))
    request = CreateTopicsRequest([CreatableTopic("made-by-a-limited-key", 1, 1)], 5000)
    (row,) = client.ask(ApiKey.CREATE_TOPICS, 5, request).topics
    assert row.error_code in {REFUSED, ErrorCode.CLUSTER_AUTHORIZATION_FAILED}
