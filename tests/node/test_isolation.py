"""A foreign thing and an absent one are answered alike, byte for byte."""

import uuid

import pytest

from brokers.wire.messages.create_partitions_request import (
    CreatePartitionsRequest,
    CreatePartitionsTopic,
)
from brokers.wire.messages.delete_records_request import (
    DeleteRecordsPartition,
    DeleteRecordsRequest,
    DeleteRecordsTopic,
)
from brokers.wire.messages.delete_topics_request import DeleteTopicsRequest, DeleteTopicState
from brokers.wire.messages.describe_configs_request import (
    DescribeConfigsRequest,
    DescribeConfigsResource,
)
from brokers.wire.messages.list_offsets_request import (
    ListOffsetsPartition,
    ListOffsetsRequest,
    ListOffsetsTopic,
)
from brokers.wire.messages.metadata_request import MetadataRequest, MetadataRequestTopic
from brokers.wire.messages.offset_for_leader_epoch_request import (
    OffsetForLeaderEpochRequest,
    OffsetForLeaderPartition,
    OffsetForLeaderTopic,
)
from brokers.wire.registry import ApiKey
from tests.node.raw_client import RawClient, batch

FOREIGN, ABSENT = "foreign-topic", "absent--topic"


@pytest.fixture
def foreign(world):
    """Another tenant's topic with records in it, and a key of that tenant."""
    other = world.cell.add_tenant("other")
    topic = world.cell.add_topic(other.id, FOREIGN)
    with RawClient(world.node.port).log_in(world.cell.add_key(other)) as theirs:
        assert theirs.produce(FOREIGN, batch(b"secret")).error_code == 0
    return topic


RECORDS = batch(b"v", timestamp_ms=None)


def _requests(client, name, topic_id):
    """(api, version, request) of everything that takes a name or an id."""
    named = MetadataRequestTopic(name=name)
    yield from (
        (ApiKey.METADATA, version, MetadataRequest([named], version < 4))
        for version in range(1, 14)
    )
    by_id = MetadataRequest([MetadataRequestTopic(topic_id=topic_id, name=None)], False)
    yield ApiKey.METADATA, 12, by_id
    for version in (3, 9, 12):
        yield ApiKey.PRODUCE, version, client.produce_request(name, RECORDS)
        yield ApiKey.FETCH, version + 1 if version < 12 else 12, client.fetch_request(name, 0)
    yield ApiKey.PRODUCE, 13, client.produce_request(topic_id, RECORDS)
    yield ApiKey.FETCH, 17, client.fetch_request(topic_id, 0)
    for timestamp in (-1, -2, -3, 5):
        wanted = ListOffsetsTopic(name, [ListOffsetsPartition(0, -1, timestamp)])
        yield ApiKey.LIST_OFFSETS, 7, ListOffsetsRequest(-1, 0, [wanted])
    asked = OffsetForLeaderTopic(name, [OffsetForLeaderPartition(0, -1, 0)])
    yield ApiKey.OFFSET_FOR_LEADER_EPOCH, 3, OffsetForLeaderEpochRequest(-1, [asked])
    yield ApiKey.DELETE_TOPICS, 5, DeleteTopicsRequest(topic_names=[name], timeout_ms=5000)
    by_id = DeleteTopicState(None, topic_id)
    yield ApiKey.DELETE_TOPICS, 6, DeleteTopicsRequest(topics=[by_id], timeout_ms=5000)
    deleted = DeleteRecordsTopic(name, [DeleteRecordsPartition(0, 0)])
    yield ApiKey.DELETE_RECORDS, 1, DeleteRecordsRequest([deleted], 5000)
    more = CreatePartitionsTopic(name, 9, None)
    yield ApiKey.CREATE_PARTITIONS, 2, CreatePartitionsRequest([more], 5000, False)
    described = DescribeConfigsResource(2, name, None)
    yield ApiKey.DESCRIBE_CONFIGS, 2, DescribeConfigsRequest([described])


def test_foreign_and_absent_are_the_same(world, client, foreign):
    absent_id = uuid.uuid4().bytes
    pairs = zip(
        _requests(client, FOREIGN, foreign.id), _requests(client, ABSENT, absent_id), strict=True
    )
    for (api_key, version, for_foreign), (_, _, for_absent) in pairs:
        about_foreign = client.ask_for_bytes(api_key, version, for_foreign)
        about_absent = client.ask_for_bytes(api_key, version, for_absent)
        about_foreign = about_foreign.replace(FOREIGN.encode(), b"*").replace(foreign.id, b"#")
        about_absent = about_absent.replace(ABSENT.encode(), b"*").replace(absent_id, b"#")
        assert about_foreign == about_absent, (ApiKey(api_key).name, version)


def test_a_foreign_topic_is_not_listed(client, foreign):
    assert FOREIGN not in {topic.name for topic in client.metadata().topics}


def test_two_tenants_use_the_same_name(world, client, foreign):
    mine = world.add_topic(FOREIGN)
    client.produce(FOREIGN, batch(b"mine"))
    row = client.fetch(FOREIGN, 0)
    assert b"mine" in bytes(row.records)
    assert b"secret" not in bytes(row.records)
    assert client.metadata(FOREIGN, version=12).topics[0].topic_id == mine.id
    assert client.fetch(foreign.id, 0, version=13).error_code != 0


def test_a_service_account_learns_nothing_either(world, foreign):
    key = world.cell.add_key(world.tenant, administrator=False, principal="User:app")
    answers = set()
    with RawClient(world.node.port).log_in(key) as client:
        for name in (FOREIGN, ABSENT):
            request = DeleteTopicsRequest(topic_names=[name], timeout_ms=5000)
            answer = client.ask_for_bytes(ApiKey.DELETE_TOPICS, 5, request)
            answers.add(answer.replace(name.encode(), b"*"))
    assert len(answers) == 1


def test_the_edge_is_one_tenant_at_a_time(world, foreign):
    with RawClient(world.node.internal_port) as edge:
        edge.log_in_as_edge(world.tenant.id, scopes=["read", "write", "administer"])
        assert edge.fetch(FOREIGN, 0).error_code != 0 or b"secret" not in bytes(
            edge.fetch(FOREIGN, 0).records
        )
        assert edge.fetch(foreign.id, 0, version=13).error_code != 0
