"""Administration over the wire: one row per thing asked about, and clear refusals."""

from itertools import count

import pytest

from brokers.kernel.errors import ErrorCode
from brokers.metadata.topic_configs import TOPIC_CONFIGS
from brokers.wire.messages.alter_configs_request import (
    AlterableConfig,
    AlterConfigsRequest,
    AlterConfigsResource,
)
from brokers.wire.messages.create_partitions_request import (
    CreatePartitionsRequest,
    CreatePartitionsTopic,
)
from brokers.wire.messages.create_topics_request import (
    CreatableReplicaAssignment,
    CreatableTopic,
    CreatableTopicConfig,
    CreateTopicsRequest,
)
from brokers.wire.messages.delete_records_request import (
    DeleteRecordsPartition,
    DeleteRecordsRequest,
    DeleteRecordsTopic,
)
from brokers.wire.messages.delete_topics_request import DeleteTopicsRequest, DeleteTopicState
from brokers.wire.messages.describe_cluster_request import DescribeClusterRequest
from brokers.wire.messages.describe_configs_request import (
    DescribeConfigsRequest,
    DescribeConfigsResource,
)
from brokers.wire.messages.describe_log_dirs_request import (
    DescribableLogDirTopic,
    DescribeLogDirsRequest,
)
from brokers.wire.messages.incremental_alter_configs_request import (
    AlterableConfig as ConfigStep,
)
from brokers.wire.messages.incremental_alter_configs_request import (
    AlterConfigsResource as IncrementalResource,
)
from brokers.wire.messages.incremental_alter_configs_request import (
    IncrementalAlterConfigsRequest,
)
from brokers.wire.registry import ApiKey
from tenants.acl_presets import Preset
from tests.node.harness import wait_until
from tests.node.raw_client import RawClient, batch

TOPIC, BROKER, BROKER_LOGGER = 2, 4, 8
LATEST, EARLIEST = -1, -2
_names = count(1)


@pytest.fixture
def name():
    return f"administered-{next(_names)}"


@pytest.fixture
def service_account(world):
    """A client that may read and write records only."""
    key = world.cell.add_key(world.tenant, administrator=False, principal="User:app")
    with RawClient(world.node.port).log_in(key) as connected:
        yield connected


@pytest.fixture
def store_away(world):
    """The metadata store does not answer; afterwards it does, and the broker knows."""
    world.cell.available = False
    yield
    world.cell.available = True
    wait_until(lambda: world.node.node.metadata.available, "the store is found again")


def create(client, *topics, version=7, **fields):
    request = CreateTopicsRequest(topics=list(topics), **fields)
    return client.ask(ApiKey.CREATE_TOPICS, version, request).topics


def creatable(name, partitions=1, **fields):
    configs = [CreatableTopicConfig(*pair) for pair in fields.pop("configs", {}).items()]
    fields = {"replication_factor": 1, "configs": configs} | fields
    return CreatableTopic(name=name, num_partitions=partitions, **fields)


class TestCreateTopics:
    @pytest.mark.parametrize("version", range(2, 8))
    def test_a_created_topic_can_be_used_at_once(self, client, name, version):
        (row,) = create(client, creatable(name, 2), version=version)
        assert (row.name, row.error_code) == (name, 0)
        assert client.produce(name, batch(b"value"), partition=1).error_code == 0

    def test_the_answer_says_what_was_created(self, world, client, name):
        (row,) = create(client, creatable(name, 2, configs={"retention.ms": "1000"}))
        assert row.topic_id == world.node.node.image.topic(world.tenant.id, name).id
        assert (row.num_partitions, row.replication_factor) == (2, 1)
        configs = {config.name: (config.value, config.config_source) for config in row.configs}
        assert configs["retention.ms"] == ("1000", 1)
        assert configs["segment.bytes"] == (str(1 << 30), 5)
        assert set(configs) == set(TOPIC_CONFIGS)

    def test_validating_creates_nothing(self, client, name):
        (row,) = create(client, creatable(name), validate_only=True)
        assert (row.error_code, row.num_partitions) == (0, 1)
        assert client.metadata(name).topics[0].error_code == ErrorCode.UNKNOWN_TOPIC_OR_PARTITION

    def test_each_topic_has_its_own_outcome(self, client, name):
        rows = create(
            client,
            creatable("../x"),
            creatable(name),
            creatable(f"{name}-b", configs={"nope": "1"}),
        )
        assert [(row.name, row.error_code) for row in rows] == [
            ("../x", ErrorCode.INVALID_TOPIC_EXCEPTION),
            (name, ErrorCode.NONE),
            (f"{name}-b", ErrorCode.INVALID_CONFIG),
        ]
        assert all(row.error_message for row in rows if row.error_code)

    def test_a_name_twice_is_refused_in_one_row(self, client, name):
        rows = create(client, creatable(name), creatable(f"{name}-b"), creatable(name))
        assert {row.name: row.error_code for row in rows} == {
            name: ErrorCode.INVALID_REQUEST,
            f"{name}-b": ErrorCode.NONE,
        }
        assert len(rows) == 2

    def test_a_partition_assigned_twice_is_refused(self, client, name):
        by_hand = [CreatableReplicaAssignment(0, [1]), CreatableReplicaAssignment(0, [1])]
        topic = creatable(name, -1, replication_factor=-1, assignments=by_hand)
        (row,) = create(client, topic)
        assert row.error_code == ErrorCode.INVALID_REPLICA_ASSIGNMENT

    def test_a_service_account_may_not(self, service_account, name):
        (row,) = create(service_account, creatable(name))
        assert row.error_code == ErrorCode.TOPIC_AUTHORIZATION_FAILED

    def test_no_topics_no_rows(self, client):
        assert create(client) == []

    def test_too_many_topics_are_refused_each(self, client):
        rows = create(client, *(creatable(f"many-{number}") for number in range(1001)))
        assert len(rows) == 1001
        assert {row.error_code for row in rows} == {ErrorCode.POLICY_VIOLATION}

    def test_a_store_that_is_away_is_worth_another_try(self, store_away, client, name):
        (row,) = create(client, creatable(name))
        assert row.error_code == ErrorCode.REQUEST_TIMED_OUT
        assert ErrorCode(row.error_code).retriable


def delete(client, *names, version=5):
    request = (
        DeleteTopicsRequest(topic_names=list(names))
        if version < 6
        else DeleteTopicsRequest(topics=[DeleteTopicState(name=name) for name in names])
    )
    return client.ask(ApiKey.DELETE_TOPICS, version, request).responses


class TestDeleteTopics:
    @pytest.mark.parametrize("version", range(1, 7))
    def test_a_deleted_topic_is_gone_at_once(self, world, client, name, version):
        world.add_topic(name)
        (row,) = delete(client, name, version=version)
        assert (row.name, row.error_code) == (name, 0)
        assert client.metadata(name).topics[0].error_code == ErrorCode.UNKNOWN_TOPIC_OR_PARTITION

    def test_by_id(self, world, client, name):
        topic = world.add_topic(name)
        request = DeleteTopicsRequest(topics=[DeleteTopicState(topic_id=topic.id)])
        (row,) = client.ask(ApiKey.DELETE_TOPICS, 6, request).responses
        assert (row.name, row.topic_id, row.error_code) == (name, topic.id, 0)

    def test_absent_and_repeated_names_and_half_named_things(self, world, client, name):
        topic = world.add_topic(name)
        asked = [
            DeleteTopicState(name="absent"),
            DeleteTopicState(topic_id=b"\1" * 16),
            DeleteTopicState(),
            DeleteTopicState(name=name, topic_id=topic.id),
            DeleteTopicState(name="twice"),
            DeleteTopicState(name="twice"),
        ]
        request = DeleteTopicsRequest(topics=asked)
        rows = client.ask(ApiKey.DELETE_TOPICS, 6, request).responses
        assert [row.error_code for row in rows] == [
            ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
            ErrorCode.UNKNOWN_TOPIC_ID,
            ErrorCode.INVALID_REQUEST,
            ErrorCode.INVALID_REQUEST,
            ErrorCode.INVALID_REQUEST,
        ]

    def test_a_service_account_may_not_and_learns_nothing(self, world, service_account, name):
        world.add_topic(name)
        rows = delete(service_account, name, "absent")
        assert {row.error_code for row in rows} == {ErrorCode.TOPIC_AUTHORIZATION_FAILED}


def grow(client, *topics, **fields):
    request = CreatePartitionsRequest(topics=list(topics), **fields)
    return client.ask(ApiKey.CREATE_PARTITIONS, 3, request).results


class TestCreatePartitions:
    def test_new_partitions_can_be_used_at_once(self, world, client, name):
        world.add_topic(name)
        (row,) = grow(client, CreatePartitionsTopic(name, 3, None))
        assert row.error_code == 0
        assert client.produce(name, batch(b"value"), partition=2).error_code == 0

    def test_each_topic_has_its_own_outcome(self, world, client, name):
        world.add_topic(name, 2)
        rows = grow(
            client,
            CreatePartitionsTopic(name, 2, None),
            CreatePartitionsTopic("absent", 2, None),
            CreatePartitionsTopic("twice", 2, None),
            CreatePartitionsTopic("twice", 3, None),
        )
        assert {row.name: row.error_code for row in rows} == {
            name: ErrorCode.INVALID_PARTITIONS,
            "absent": ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
            "twice": ErrorCode.INVALID_REQUEST,
        }

    def test_validating_adds_nothing(self, world, client, name):
        world.add_topic(name)
        grow(client, CreatePartitionsTopic(name, 3, None), validate_only=True)
        assert len(client.metadata(name).topics[0].partitions) == 1

    def test_a_service_account_may_not(self, world, service_account, name):
        world.add_topic(name)
        (row,) = grow(service_account, CreatePartitionsTopic(name, 3, None))
        assert row.error_code == ErrorCode.TOPIC_AUTHORIZATION_FAILED


def delete_records(client, name, *partitions):
    asked = [DeleteRecordsPartition(*partition) for partition in partitions]
    request = DeleteRecordsRequest(topics=[DeleteRecordsTopic(name, asked)])
    (topic,) = client.ask(ApiKey.DELETE_RECORDS, 2, request).topics
    return [(row.low_watermark, row.error_code) for row in topic.partitions]


class TestDeleteRecords:
    @pytest.fixture
    def filled(self, world, client, name):
        world.add_topic(name, 2)
        assert client.produce(name, batch(b"a", b"b", b"c")).error_code == 0
        return name

    def test_the_log_starts_at_the_offset(self, client, filled):
        assert delete_records(client, filled, (0, 2)) == [(2, 0)]
        assert client.list_offset(filled, EARLIEST).offset == 2
        assert client.fetch(filled, 1).error_code == ErrorCode.OFFSET_OUT_OF_RANGE

    def test_minus_one_deletes_what_is_committed(self, client, filled):
        assert delete_records(client, filled, (0, -1), (1, -1)) == [(3, 0), (0, 0)]
        assert client.list_offset(filled, LATEST).offset == 3

    def test_the_start_never_moves_back(self, client, filled):
        delete_records(client, filled, (0, 2))
        assert delete_records(client, filled, (0, 1)) == [(2, 0)]

    @pytest.mark.parametrize("offset", [4, -2, 2**62])
    def test_offsets_that_are_not_there(self, client, filled, offset):
        assert delete_records(client, filled, (0, offset)) == [(-1, ErrorCode.OFFSET_OUT_OF_RANGE)]

    def test_absent_partitions_and_topics(self, client, filled):
        unknown = [(-1, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION)]
        assert delete_records(client, filled, (9, 0)) == unknown
        assert delete_records(client, "absent", (0, 0)) == unknown

    def test_a_service_account_may_not(self, service_account, filled):
        refused = [(-1, ErrorCode.TOPIC_AUTHORIZATION_FAILED)]
        assert delete_records(service_account, filled, (0, 1)) == refused


def describe(client, *resources, version=4, **fields):
    request = DescribeConfigsRequest(resources=list(resources), **fields)
    return client.ask(ApiKey.DESCRIBE_CONFIGS, version, request).results


class TestDescribeConfigs:
    @pytest.mark.parametrize("version", range(1, 5))
    @pytest.mark.parametrize("keys", [None, []])
    def test_every_config_is_there_with_its_source(self, world, client, name, version, keys):
        world.add_topic(name, retention_ms="1000")
        resource = DescribeConfigsResource(TOPIC, name, keys)
        (result,) = describe(client, resource, version=version)
        configs = {config.name: config for config in result.configs}
        assert set(configs) == set(TOPIC_CONFIGS)
        assert (configs["retention.ms"].value, configs["retention.ms"].config_source) == ("1000", 1)
        assert configs["segment.ms"].config_source == 5
        assert all(config.synonyms == [] for config in result.configs)

    def test_synonyms_types_and_words_when_asked_for(self, world, client, name):
        world.add_topic(name, retention_ms="1000")
        (result,) = describe(
            client,
            DescribeConfigsResource(TOPIC, name, ["retention.ms"]),
            include_synonyms=True,
            include_documentation=True,
        )
        (config,) = result.configs
        assert [(each.name, each.value, each.source) for each in config.synonyms] == [
            ("retention.ms", "1000", 1),
            ("log.retention.ms", "604800000", 5),
        ]
        assert config.config_type == 5
        assert "-1 for no limit" in config.documentation

    def test_a_broker_shows_what_concerns_tenants_and_nothing_can_be_set(self, world, client):
        (result,) = describe(client, DescribeConfigsResource(BROKER, "1", None))
        configs = {config.name: config.value for config in result.configs}
        assert configs["advertised.listeners"] == f"SASL_PLAINTEXT://127.0.0.1:{world.node.port}"
        assert configs["broker.id"] == "1"
        assert configs["num.partitions"] == "1"
        assert configs["default.replication.factor"] == "1", "there is one broker"
        assert all(config.read_only for config in result.configs)

    def test_each_resource_has_its_own_outcome(self, world, client, name):
        world.add_topic(name)
        asked = [
            (TOPIC, name), (TOPIC, "absent"), (TOPIC, "../x"), (BROKER, "9"), (BROKER, "x"),
            (BROKER, "٣"), (BROKER, ""), (BROKER_LOGGER, "1"), (99, "x"),
        ]  # fmt: skip
        results = describe(client, *(DescribeConfigsResource(*each, None) for each in asked))
        assert [(row.resource_type, row.resource_name) for row in results] == asked
        assert [row.error_code for row in results] == [
            ErrorCode.NONE,
            ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
            ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
            ErrorCode.INVALID_REQUEST,
            ErrorCode.INVALID_REQUEST,
            ErrorCode.INVALID_REQUEST,
            ErrorCode.NONE,
            ErrorCode.INVALID_REQUEST,
            ErrorCode.INVALID_REQUEST,
        ]

    def test_whoever_may_only_write_learns_nothing(self, world, name):
        world.add_topic(name)
        asked = [(TOPIC, name), (TOPIC, "absent"), (BROKER, "1")]
        producer = Preset("producer", topic="*")
        key = world.cell.add_key(
            world.tenant, administrator=False, principal="User:writer", preset=producer
        )
        service_account = RawClient(world.node.port).log_in(key)
        results = describe(
            service_account, *(DescribeConfigsResource(*each, None) for each in asked)
        )
        assert [row.error_code for row in results] == [
            ErrorCode.TOPIC_AUTHORIZATION_FAILED,
            ErrorCode.TOPIC_AUTHORIZATION_FAILED,
            ErrorCode.CLUSTER_AUTHORIZATION_FAILED,
        ]


def replace_configs(client, *resources, **fields):
    asked = [
        AlterConfigsResource(kind, name, [AlterableConfig(*pair) for pair in configs.items()])
        for kind, name, configs in resources
    ]
    request = AlterConfigsRequest(resources=asked, **fields)
    return client.ask(ApiKey.ALTER_CONFIGS, 2, request).responses


def alter_configs(client, *resources, **fields):
    asked = [
        IncrementalResource(kind, name, [ConfigStep(*step) for step in steps])
        for kind, name, steps in resources
    ]
    request = IncrementalAlterConfigsRequest(resources=asked, **fields)
    return client.ask(ApiKey.INCREMENTAL_ALTER_CONFIGS, 1, request).responses


def set_configs(client, name):
    (result,) = describe(client, DescribeConfigsResource(TOPIC, name, None))
    return {config.name: config.value for config in result.configs if config.config_source == 1}


class TestAlterConfigs:
    def test_single_configs_are_altered_and_in_force_at_once(self, world, client, name):
        world.add_topic(name, retention_ms="1000", segment_ms="5000")
        steps = [("retention.ms", 1, None), ("max.message.bytes", 0, "70")]
        (row,) = alter_configs(client, (TOPIC, name, steps))
        assert row.error_code == 0
        assert set_configs(client, name) == {"segment.ms": "5000", "max.message.bytes": "70"}
        answer = client.produce(name, batch(b"x" * 100))
        assert answer.error_code == ErrorCode.MESSAGE_TOO_LARGE

    def test_replacing_resets_the_rest(self, world, client, name):
        world.add_topic(name, retention_ms="1000", segment_ms="5000")
        (row,) = replace_configs(client, (TOPIC, name, {"flush": "os"}))
        assert row.error_code == 0
        assert set_configs(client, name) == {"flush": "os"}

    def test_validating_changes_nothing(self, world, client, name):
        world.add_topic(name)
        replace_configs(client, (TOPIC, name, {"flush": "os"}), validate_only=True)
        alter_configs(client, (TOPIC, name, [("flush", 0, "os")]), validate_only=True)
        assert set_configs(client, name) == {}

    @pytest.mark.parametrize("alter", [replace_configs, alter_configs])
    def test_each_resource_has_its_own_outcome(self, world, client, name, alter):
        world.add_topic(name)
        nothing = {} if alter is replace_configs else []
        asked = [
            (TOPIC, name), (TOPIC, "absent"), (BROKER, "1"), (BROKER_LOGGER, "1"),
            (TOPIC, "twice"), (TOPIC, "twice"),
        ]  # fmt: skip
        rows = alter(client, *((*each, nothing) for each in asked))
        assert [(row.resource_type, row.resource_name) for row in rows] == asked[:-1]
        assert [row.error_code for row in rows] == [
            ErrorCode.NONE,
            ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
            ErrorCode.POLICY_VIOLATION,
            ErrorCode.INVALID_REQUEST,
            ErrorCode.INVALID_REQUEST,
        ]

    @pytest.mark.parametrize("alter", [replace_configs, alter_configs])
    def test_a_service_account_may_not(self, world, service_account, name, alter):
        world.add_topic(name)
        rows = alter(service_account, (TOPIC, name, {} if alter is replace_configs else []))
        assert [row.error_code for row in rows] == [ErrorCode.TOPIC_AUTHORIZATION_FAILED]


class TestDescribeCluster:
    def ask(self, client, **fields):
        return client.ask(ApiKey.DESCRIBE_CLUSTER, 2, DescribeClusterRequest(**fields))

    def test_the_tenants_cluster_and_its_brokers(self, world, client):
        answer = self.ask(client)
        assert answer.cluster_id == world.tenant.cluster_id
        assert answer.controller_id == 1
        assert [(broker.broker_id, broker.port) for broker in answer.brokers] == [
            (1, world.node.port)
        ]

    def test_operations_are_those_that_the_login_may_do(self, client, service_account):
        create_bit = 1 << 5
        answers = [
            self.ask(each, include_cluster_authorized_operations=True)
            for each in (client, service_account)
        ]
        assert [bool(answer.cluster_authorized_operations & create_bit) for answer in answers] == [
            True,
            False,
        ]
        assert self.ask(client).cluster_authorized_operations == -(2**31)

    def test_controllers_are_not_to_be_had_here(self, client):
        assert self.ask(client, endpoint_type=2).error_code == ErrorCode.MISMATCHED_ENDPOINT_TYPE


class TestDescribeLogDirs:
    def ask(self, client, topics=None, version=4):
        request = DescribeLogDirsRequest(topics=topics)
        return client.ask(ApiKey.DESCRIBE_LOG_DIRS, version, request)

    def test_sizes_of_the_tenants_own_partitions(self, world, client, name):
        world.add_topic(name, 2)
        foreign = world.cell.add_tenant("other")
        world.cell.add_topic(foreign.id, "foreign")
        records = batch(b"value")
        client.produce(name, records)
        (volume,) = self.ask(client).results
        sizes = {
            (topic.name, row.partition_index): row.partition_size
            for topic in volume.topics
            for row in topic.partitions
        }
        assert (sizes[name, 0], sizes[name, 1]) == (len(records), 0)
        assert "foreign" not in {topic.name for topic in volume.topics}

    def test_paths_and_room_are_not_for_tenants(self, world, client):
        (volume,) = self.ask(client).results
        assert "/" not in volume.log_dir
        assert (volume.total_bytes, volume.usable_bytes) == (-1, -1)

    def test_single_partitions_can_be_asked_about(self, world, client, name):
        world.add_topic(name, 3)
        client.metadata(name)
        asked = [DescribableLogDirTopic(name, [1, 9]), DescribableLogDirTopic("absent", [0])]
        (volume,) = self.ask(client, asked).results
        assert [(topic.name, len(topic.partitions)) for topic in volume.topics] == [(name, 1)]

    def test_a_service_account_may_not(self, service_account):
        answer = self.ask(service_account)
        assert (answer.error_code, answer.results) == (ErrorCode.CLUSTER_AUTHORIZATION_FAILED, [])
