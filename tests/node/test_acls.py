"""Access control over the wire: what each API asks for, how ACLs are edited, when they count."""

from dataclasses import fields, is_dataclass

import pytest

from brokers.kernel.errors import ErrorCode
from brokers.node.routes import ROUTES
from brokers.wire.messages.add_offsets_to_txn_request import AddOffsetsToTxnRequest
from brokers.wire.messages.add_partitions_to_txn_request import (
    AddPartitionsToTxnRequest,
    AddPartitionsToTxnTopic,
)
from brokers.wire.messages.alter_client_quotas_request import (
    AlterClientQuotasRequest,
    EntityData,
    EntryData,
    OpData,
)
from brokers.wire.messages.alter_configs_request import AlterConfigsRequest, AlterConfigsResource
from brokers.wire.messages.alter_partition_reassignments_request import (
    AlterPartitionReassignmentsRequest,
)
from brokers.wire.messages.alter_user_scram_credentials_request import (
    AlterUserScramCredentialsRequest,
    ScramCredentialDeletion,
)
from brokers.wire.messages.consumer_group_describe_request import ConsumerGroupDescribeRequest
from brokers.wire.messages.consumer_group_heartbeat_request import ConsumerGroupHeartbeatRequest
from brokers.wire.messages.create_acls_request import AclCreation, CreateAclsRequest
from brokers.wire.messages.create_partitions_request import (
    CreatePartitionsRequest,
    CreatePartitionsTopic,
)
from brokers.wire.messages.create_topics_request import CreatableTopic, CreateTopicsRequest
from brokers.wire.messages.delete_acls_request import DeleteAclsFilter, DeleteAclsRequest
from brokers.wire.messages.delete_groups_request import DeleteGroupsRequest
from brokers.wire.messages.delete_records_request import (
    DeleteRecordsPartition,
    DeleteRecordsRequest,
    DeleteRecordsTopic,
)
from brokers.wire.messages.delete_topics_request import DeleteTopicsRequest, DeleteTopicState
from brokers.wire.messages.describe_acls_request import DescribeAclsRequest
from brokers.wire.messages.describe_client_quotas_request import DescribeClientQuotasRequest
from brokers.wire.messages.describe_cluster_request import DescribeClusterRequest
from brokers.wire.messages.describe_configs_request import (
    DescribeConfigsRequest,
    DescribeConfigsResource,
)
from brokers.wire.messages.describe_groups_request import DescribeGroupsRequest
from brokers.wire.messages.describe_log_dirs_request import DescribeLogDirsRequest
from brokers.wire.messages.describe_producers_request import (
    DescribeProducersRequest,
)
from brokers.wire.messages.describe_producers_request import TopicRequest as ProducersTopic
from brokers.wire.messages.describe_transactions_request import DescribeTransactionsRequest
from brokers.wire.messages.describe_user_scram_credentials_request import (
    DescribeUserScramCredentialsRequest,
)
from brokers.wire.messages.elect_leaders_request import ElectLeadersRequest
from brokers.wire.messages.end_txn_request import EndTxnRequest
from brokers.wire.messages.fetch_request import FetchPartition, FetchRequest, FetchTopic
from brokers.wire.messages.find_coordinator_request import FindCoordinatorRequest
from brokers.wire.messages.heartbeat_request import HeartbeatRequest
from brokers.wire.messages.incremental_alter_configs_request import (
    AlterConfigsResource as IncrementallyAltered,
)
from brokers.wire.messages.incremental_alter_configs_request import IncrementalAlterConfigsRequest
from brokers.wire.messages.init_producer_id_request import InitProducerIdRequest
from brokers.wire.messages.join_group_request import JoinGroupRequest
from brokers.wire.messages.leave_group_request import LeaveGroupRequest
from brokers.wire.messages.list_groups_request import ListGroupsRequest
from brokers.wire.messages.list_offsets_request import (
    ListOffsetsPartition,
    ListOffsetsRequest,
    ListOffsetsTopic,
)
from brokers.wire.messages.list_partition_reassignments_request import (
    ListPartitionReassignmentsRequest,
)
from brokers.wire.messages.list_transactions_request import ListTransactionsRequest
from brokers.wire.messages.metadata_request import MetadataRequest, MetadataRequestTopic
from brokers.wire.messages.offset_commit_request import (
    OffsetCommitRequest,
    OffsetCommitRequestPartition,
    OffsetCommitRequestTopic,
)
from brokers.wire.messages.offset_delete_request import OffsetDeleteRequest
from brokers.wire.messages.offset_fetch_request import OffsetFetchRequest, OffsetFetchRequestTopic
from brokers.wire.messages.offset_for_leader_epoch_request import (
    OffsetForLeaderEpochRequest,
    OffsetForLeaderPartition,
    OffsetForLeaderTopic,
)
from brokers.wire.messages.produce_request import (
    PartitionProduceData,
    ProduceRequest,
    TopicProduceData,
)
from brokers.wire.messages.sync_group_request import SyncGroupRequest
from brokers.wire.messages.txn_offset_commit_request import (
    TxnOffsetCommitRequest,
    TxnOffsetCommitRequestPartition,
    TxnOffsetCommitRequestTopic,
)
from brokers.wire.registry import ApiKey
from tenants.acl_presets import Preset
from tenants.acls import AclEntry
from tests.node.harness import wait_until
from tests.node.raw_client import RawClient, batch

NOBODY = "User:nobody"
TOPIC = ErrorCode.TOPIC_AUTHORIZATION_FAILED
GROUP = ErrorCode.GROUP_AUTHORIZATION_FAILED
TRANSACTIONAL = ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED
CLUSTER = ErrorCode.CLUSTER_AUTHORIZATION_FAILED


def produce(name, transactional_id=None):
    data = [TopicProduceData(name, partition_data=[PartitionProduceData(0, batch(b"value"))])]
    return ProduceRequest(transactional_id, 1, 1000, data)


def commit(group, topic):
    rows = [OffsetCommitRequestTopic(topic, partitions=[OffsetCommitRequestPartition(0, 1)])]
    return OffsetCommitRequest(group, topics=rows)


def committed(group, topic):
    return OffsetFetchRequest(group, [OffsetFetchRequestTopic(topic, [0])])


def in_transaction(transactional_id, group, topic):
    rows = [TxnOffsetCommitRequestTopic(topic, [TxnOffsetCommitRequestPartition(0, 1)])]
    return TxnOffsetCommitRequest(transactional_id, group, 1, 0, topics=rows)


A = ApiKey
ALLOWED = "allowed-to-all"
"""A topic, group and transactional id that NOBODY may do everything to."""

QUESTIONS = [
    # Refused as, needed on the resource, API, version, request for a name.
    (TOPIC, "topic write", A.PRODUCE, 9, produce),
    (TRANSACTIONAL, "transactional_id write", A.PRODUCE, 9, lambda n: produce(ALLOWED, n)),
    (TOPIC, "topic read", A.FETCH, 11,
     lambda n: FetchRequest(topics=[FetchTopic(n, partitions=[FetchPartition(0)])])),
    (TOPIC, "topic describe", A.LIST_OFFSETS, 5,
     lambda n: ListOffsetsRequest(topics=[ListOffsetsTopic(n, [ListOffsetsPartition(0)])])),
    (TOPIC, "topic describe", A.METADATA, 9,
     lambda n: MetadataRequest([MetadataRequestTopic(name=n)])),
    (TOPIC, "topic describe", A.OFFSET_FOR_LEADER_EPOCH, 4,
     lambda n: OffsetForLeaderEpochRequest(
         topics=[OffsetForLeaderTopic(n, [OffsetForLeaderPartition(0)])])),
    (TOPIC, "topic read", A.DESCRIBE_PRODUCERS, 0,
     lambda n: DescribeProducersRequest([ProducersTopic(n, [0])])),
    (TOPIC, "topic delete", A.DELETE_RECORDS, 2,
     lambda n: DeleteRecordsRequest([DeleteRecordsTopic(n, [DeleteRecordsPartition(0, 0)])])),
    (TOPIC, "topic create", A.CREATE_TOPICS, 5,
     lambda n: CreateTopicsRequest([CreatableTopic(n, 1, 1)], validate_only=True)),
    (TOPIC, "topic alter", A.CREATE_PARTITIONS, 3,
     lambda n: CreatePartitionsRequest([CreatePartitionsTopic(n, 2, None)], validate_only=True)),
    (TOPIC, "topic describe_configs", A.DESCRIBE_CONFIGS, 4,
     lambda n: DescribeConfigsRequest([DescribeConfigsResource(2, n, None)])),
    (TOPIC, "topic alter_configs", A.ALTER_CONFIGS, 2,
     lambda n: AlterConfigsRequest([AlterConfigsResource(2, n, [])], validate_only=True)),
    (TOPIC, "topic alter_configs", A.INCREMENTAL_ALTER_CONFIGS, 1,
     lambda n: IncrementalAlterConfigsRequest([IncrementallyAltered(2, n, [])], True)),
    (TOPIC, "topic read", A.OFFSET_COMMIT, 7, lambda n: commit(ALLOWED, n)),
    (GROUP, "group read", A.OFFSET_COMMIT, 7, lambda n: commit(n, ALLOWED)),
    (TOPIC, "topic describe", A.OFFSET_FETCH, 7, lambda n: committed(ALLOWED, n)),
    (GROUP, "group describe", A.OFFSET_FETCH, 7, lambda n: committed(n, ALLOWED)),
    (GROUP, "group describe", A.FIND_COORDINATOR, 3, lambda n: FindCoordinatorRequest(n, 0)),
    (TRANSACTIONAL, "transactional_id describe", A.FIND_COORDINATOR, 3,
     lambda n: FindCoordinatorRequest(n, 1)),
    (GROUP, "group read", A.JOIN_GROUP, 5, lambda n: JoinGroupRequest(n, 10_000, 10_000)),
    (GROUP, "group read", A.SYNC_GROUP, 4, lambda n: SyncGroupRequest(n, 1, "member")),
    (GROUP, "group read", A.HEARTBEAT, 4, lambda n: HeartbeatRequest(n, 1, "member")),
    (GROUP, "group read", A.LEAVE_GROUP, 1, lambda n: LeaveGroupRequest(n, "member")),
    (GROUP, "group read", A.CONSUMER_GROUP_HEARTBEAT, 1,
     lambda n: ConsumerGroupHeartbeatRequest(n, "member", 4)),
    (TOPIC, "topic describe", A.CONSUMER_GROUP_HEARTBEAT, 1,
     lambda n: ConsumerGroupHeartbeatRequest(ALLOWED, "member", 4, subscribed_topic_names=[n])),
    (GROUP, "group describe", A.DESCRIBE_GROUPS, 5, lambda n: DescribeGroupsRequest([n])),
    (GROUP, "group describe", A.CONSUMER_GROUP_DESCRIBE, 0,
     lambda n: ConsumerGroupDescribeRequest([n])),
    (GROUP, "group delete", A.DELETE_GROUPS, 2, lambda n: DeleteGroupsRequest([n])),
    (GROUP, "group delete", A.OFFSET_DELETE, 0, lambda n: OffsetDeleteRequest(n, [])),
    (TRANSACTIONAL, "transactional_id write", A.INIT_PRODUCER_ID, 1,
     lambda n: InitProducerIdRequest(n, 60_000)),
    (TRANSACTIONAL, "transactional_id write", A.ADD_PARTITIONS_TO_TXN, 3,
     lambda n: AddPartitionsToTxnRequest(
         v3_and_below_transactional_id=n, v3_and_below_producer_id=1,
         v3_and_below_topics=[AddPartitionsToTxnTopic(ALLOWED, [0])])),
    (TOPIC, "topic write", A.ADD_PARTITIONS_TO_TXN, 3,
     lambda n: AddPartitionsToTxnRequest(
         v3_and_below_transactional_id=ALLOWED, v3_and_below_producer_id=1,
         v3_and_below_topics=[AddPartitionsToTxnTopic(n, [0])])),
    (TRANSACTIONAL, "transactional_id write", A.ADD_OFFSETS_TO_TXN, 3,
     lambda n: AddOffsetsToTxnRequest(n, 1, 0, ALLOWED)),
    (GROUP, "group read", A.ADD_OFFSETS_TO_TXN, 3,
     lambda n: AddOffsetsToTxnRequest(ALLOWED, 1, 0, n)),
    (TRANSACTIONAL, "transactional_id write", A.TXN_OFFSET_COMMIT, 3,
     lambda n: in_transaction(n, ALLOWED, ALLOWED)),
    (GROUP, "group read", A.TXN_OFFSET_COMMIT, 3, lambda n: in_transaction(ALLOWED, n, ALLOWED)),
    (TOPIC, "topic read", A.TXN_OFFSET_COMMIT, 3, lambda n: in_transaction(ALLOWED, ALLOWED, n)),
    (TRANSACTIONAL, "transactional_id write", A.END_TXN, 3, lambda n: EndTxnRequest(n, 1, 0)),
    (TRANSACTIONAL, "transactional_id describe", A.DESCRIBE_TRANSACTIONS, 0,
     lambda n: DescribeTransactionsRequest([n])),
    (TOPIC, "topic delete", A.DELETE_TOPICS, 4, lambda n: DeleteTopicsRequest(topic_names=[n])),
]  # fmt: skip
OF_CLUSTER = [
    ("alter", A.ALTER_PARTITION_REASSIGNMENTS, 0, AlterPartitionReassignmentsRequest()),
    ("describe", A.LIST_PARTITION_REASSIGNMENTS, 0, ListPartitionReassignmentsRequest()),
    ("alter", A.ELECT_LEADERS, 2, ElectLeadersRequest(0, [])),
    ("describe", A.DESCRIBE_LOG_DIRS, 3, DescribeLogDirsRequest(None)),
    ("describe_configs", A.DESCRIBE_CONFIGS, 4,
     DescribeConfigsRequest([DescribeConfigsResource(4, "1", None)])),
    ("describe", A.DESCRIBE_ACLS, 1,
     DescribeAclsRequest(1, None, 1, None, None, operation=1, permission_type=1)),
    ("alter", A.CREATE_ACLS, 1, CreateAclsRequest([AclCreation(2, "", 3, "", "*", 3, 3)])),
    ("alter", A.DELETE_ACLS, 1,
     DeleteAclsRequest([DeleteAclsFilter(2, "nothing", 3, None, None, 1, 1)])),
    ("describe_configs", A.DESCRIBE_CLIENT_QUOTAS, 1, DescribeClientQuotasRequest()),
    ("alter_configs", A.ALTER_CLIENT_QUOTAS, 1,
     AlterClientQuotasRequest(
         [EntryData([EntityData("user", "x")], [OpData("producer_byte_rate", 1.0)])], True)),
    ("describe", A.DESCRIBE_USER_SCRAM_CREDENTIALS, 0, DescribeUserScramCredentialsRequest(None)),
    ("alter", A.ALTER_USER_SCRAM_CREDENTIALS, 0,
     AlterUserScramCredentialsRequest([ScramCredentialDeletion("nobody-there", 1)])),
]  # fmt: skip
ASKED_BY_NOTHING_ELSE = {
    A.DESCRIBE_CLUSTER: "who leads and where, which every login needs",
    A.LIST_GROUPS: "leaves out what may not be described",
    A.LIST_TRANSACTIONS: "leaves out what may not be described",
}
"""APIs without a question of their own above."""


def test_every_api_that_clients_are_offered_has_its_question():
    offered = {route.api_key for route in ROUTES if not route.internal_only}
    asked = {question[2] for question in QUESTIONS} | {api for _, api, _, _ in OF_CLUSTER}
    assert offered - asked == ASKED_BY_NOTHING_ELSE.keys(), "add what it asks for, or say why not"


CODES = {"error_code", "partition_error_code"}


def codes(answer):
    """Every error code that stands anywhere in a response."""
    if isinstance(answer, list):
        return {code for each in answer for code in codes(answer=each)}
    if not is_dataclass(answer):
        return set()
    found = set()
    for field in fields(answer):
        value = getattr(answer, field.name)
        found |= {value} if field.name in CODES else codes(value)
    return found


def allow(world, kind, operation, name, *, principal=NOBODY):
    entry = AclEntry(principal, "*", kind, "literal", name, operation, "allow")
    (acl_id,) = world.cell.allow(world.tenant, entry)
    return acl_id


@pytest.fixture(scope="module")
def nobody(shared_world):
    """A service account that may do everything to what is named ALLOWED, and nothing else."""
    world = shared_world
    key = world.cell.add_key(
        world.tenant, administrator=False, principal=NOBODY, preset=Preset("none")
    )
    for kind in ("topic", "group", "transactional_id"):
        allow(world, kind, "all", ALLOWED)
    world.add_topic(ALLOWED)
    # So that coordinators are there, and none of the answers below is about their loading.
    with world.connect() as admin:
        for kind in (0, 1):
            find = FindCoordinatorRequest(ALLOWED, kind)
            wait_until(lambda f=find: not admin.ask(A.FIND_COORDINATOR, 3, f).error_code, "one")
    with RawClient(world.node.port).log_in(key) as client:
        yield client


@pytest.mark.parametrize(
    "question",
    QUESTIONS,
    ids=[f"{each[2].name}-{each[1]}" for each in QUESTIONS],
)
def test_each_api_asks_for_what_kafka_asks_for(world, nobody, question, request):
    code, needed, api, version, request_for = question
    name, absent = (f"{request.node.callspec.id}-{kind}".replace(" ", "-") for kind in "ab")
    kind, operation = needed.split()
    if kind == "topic" and operation != "create":
        world.add_topic(name)
    refused = nobody.ask_for_bytes(api, version, request_for(name))
    assert codes(nobody.ask(api, version, request_for(name))) >= {code}
    about_absent = nobody.ask_for_bytes(api, version, request_for(absent))
    assert refused.replace(name.encode(), absent.encode()) == about_absent
    acl_id = allow(world, kind, operation, name)
    assert code not in codes(nobody.ask(api, version, request_for(name)))
    world.cell.end_acl(acl_id)


def test_every_refusal_is_noted_for_the_audit_log(world, nobody, monkeypatch):
    noted = set()
    notes = world.node.node.refusals
    monkeypatch.setattr(notes, "_note", lambda act, _origin: noted.add((act.action, act.object)))
    missing = []
    for number, (_code, needed, api, version, request_for) in enumerate(QUESTIONS):
        nobody.ask(api, version, request_for(f"noted-{number}"))
        if (needed.replace(" ", "."), f"noted-{number}") not in noted:
            missing.append((api.name, needed))
    for operation, api, version, asked in OF_CLUSTER:
        noted.clear()
        nobody.ask(api, version, asked)
        if (f"cluster.{operation}", "kafka-cluster") not in noted:
            missing.append((api.name, operation))
    assert not missing, missing


@pytest.mark.parametrize("question", OF_CLUSTER)
def test_what_is_asked_of_the_cluster(world, nobody, question):
    operation, api, version, asked = question
    assert codes(nobody.ask(api, version, asked)) == {CLUSTER}
    acl_id = allow(world, "cluster", operation, "kafka-cluster")
    assert CLUSTER not in codes(nobody.ask(api, version, asked))
    world.cell.end_acl(acl_id)
    wait_until(lambda: codes(nobody.ask(api, version, asked)) == {CLUSTER}, "the end of the ACL")


def test_topic_ids_tell_nothing_to_whoever_may_describe_nothing(world, nobody, topic):
    absent = bytes(15) + b"\x07"
    for topic_id in (topic.id, absent):
        asked = MetadataRequest([MetadataRequestTopic(topic_id, None)])
        (row,) = nobody.ask(A.METADATA, 12, asked).topics
        assert row.error_code == ErrorCode.UNKNOWN_TOPIC_ID
        fetch = FetchRequest(topics=[FetchTopic(topic_id=topic_id, partitions=[FetchPartition(0)])])
        assert codes(nobody.ask(A.FETCH, 13, fetch)) == {0, ErrorCode.UNKNOWN_TOPIC_ID}
        data = [TopicProduceData("", topic_id, [PartitionProduceData(0, batch(b"x"))])]
        sent = ProduceRequest(None, 1, 1000, data)
        assert codes(nobody.ask(A.PRODUCE, 13, sent)) == {ErrorCode.UNKNOWN_TOPIC_ID}
        deletion = DeleteTopicsRequest([DeleteTopicState(None, topic_id)])
        assert codes(nobody.ask(A.DELETE_TOPICS, 6, deletion)) == {ErrorCode.UNKNOWN_TOPIC_ID}
    acl_id = allow(world, "topic", "describe", topic.name)
    asked = MetadataRequest([MetadataRequestTopic(topic.id, None)])
    wait_until(lambda: codes(nobody.ask(A.METADATA, 12, asked)) == {0}, "the right")
    assert codes(nobody.ask(A.PRODUCE, 13, sent)) == {ErrorCode.UNKNOWN_TOPIC_ID}
    world.cell.end_acl(acl_id)


def test_listings_leave_out_what_may_not_be_described(world, nobody, topic):
    listed = {row.name for row in nobody.ask(A.METADATA, 9, MetadataRequest(None)).topics}
    assert listed == {ALLOWED}
    with world.connect() as admin:
        for name in ("hidden", ALLOWED):
            assert codes(admin.ask(A.OFFSET_COMMIT, 7, commit(name, ALLOWED))) == {0}
            begun = InitProducerIdRequest(name, 60_000)
            assert admin.ask(A.INIT_PRODUCER_ID, 1, begun).error_code == 0
        assert groups_of(admin) & transactions_of(admin) >= {"hidden", ALLOWED}
    assert groups_of(nobody) == transactions_of(nobody) == {ALLOWED}


def groups_of(client):
    return {row.group_id for row in client.ask(A.LIST_GROUPS, 4, ListGroupsRequest()).groups}


def transactions_of(client):
    answer = client.ask(A.LIST_TRANSACTIONS, 0, ListTransactionsRequest())
    return {row.transactional_id for row in answer.transaction_states}


def test_operations_are_told_as_they_are(world, nobody):
    asked = MetadataRequest(
        [MetadataRequestTopic(name=ALLOWED)],
        include_topic_authorized_operations=True,
        include_cluster_authorized_operations=True,
    )
    answer = nobody.ask(A.METADATA, 9, asked)
    everything = sum(1 << bit for bit in (3, 4, 5, 6, 7, 8, 10, 11))
    assert answer.topics[0].topic_authorized_operations == everything
    assert answer.cluster_authorized_operations == 0
    described = DescribeGroupsRequest([ALLOWED], include_authorized_operations=True)
    (group,) = nobody.ask(A.DESCRIBE_GROUPS, 5, described).groups
    assert group.authorized_operations == sum(1 << bit for bit in (3, 6, 8, 10, 11))
    acl_id = allow(world, "cluster", "describe", "kafka-cluster")
    cluster = DescribeClusterRequest(include_cluster_authorized_operations=True)
    wait_until(
        lambda: nobody.ask(A.DESCRIBE_CLUSTER, 0, cluster).cluster_authorized_operations == 1 << 8,
        "the right to describe",
    )
    world.cell.end_acl(acl_id)


def test_acls_are_edited_over_the_wire_and_count_at_once(world, nobody, client, topic):
    wish = AclCreation(2, topic.name, 3, NOBODY, "*", 4, 3)
    faults = [
        AclCreation(2, topic.name, 1, NOBODY, "*", 4, 3),
        AclCreation(9, "x", 3, NOBODY, "*", 4, 3),
    ]
    answer = client.ask(A.CREATE_ACLS, 3, CreateAclsRequest([wish, *faults]))
    invalid = ErrorCode.INVALID_REQUEST
    assert [row.error_code for row in answer.results] == [0, invalid, invalid]
    assert codes(nobody.ask(A.PRODUCE, 9, produce(topic.name))) == {0}
    found = client.ask(
        A.DESCRIBE_ACLS, 3,
        DescribeAclsRequest(2, topic.name, 3, NOBODY, None, operation=1, permission_type=1),
    )  # fmt: skip
    (resource,) = found.resources
    assert (resource.resource_type, resource.resource_name) == (2, topic.name)
    assert [(each.operation, each.permission_type) for each in resource.acls] == [(4, 3)]
    deny = CreateAclsRequest([AclCreation(2, topic.name[:4], 4, "User:*", "*", 2, 2)])
    assert codes(client.ask(A.CREATE_ACLS, 1, deny)) == {0}
    refused = {TOPIC}
    assert codes(nobody.ask(A.PRODUCE, 9, produce(topic.name))) == refused, "deny wins"
    assert codes(client.ask(A.PRODUCE, 9, produce(topic.name))) == {0}, "administrators are above"
    everything = DeleteAclsFilter(2, topic.name, 2, None, None, 1, 1)
    (gone,) = client.ask(A.DELETE_ACLS, 3, DeleteAclsRequest([everything])).filter_results
    assert {each.resource_name for each in gone.matching_acls} == {topic.name, topic.name[:4]}
    assert codes(nobody.ask(A.PRODUCE, 9, produce(topic.name))) == refused


def test_bindings_of_another_host_or_tenant_do_not_count(world, nobody, topic):
    other = world.cell.add_tenant("rival")
    world.cell.allow(other, AclEntry(NOBODY, "*", "topic", "literal", topic.name, "all", "allow"))
    world.cell.allow(
        world.tenant, AclEntry(NOBODY, "10.9.8.7", "topic", "literal", topic.name, "all", "allow")
    )
    assert codes(nobody.ask(A.PRODUCE, 9, produce(topic.name))) == {TOPIC}
    here = AclEntry(NOBODY, "127.0.0.1", "topic", "prefixed", topic.name[:9], "write", "allow")
    world.cell.allow(world.tenant, here)
    assert codes(nobody.ask(A.PRODUCE, 9, produce(topic.name))) == {0}


def test_whoever_may_write_anywhere_may_do_so_idempotently(world):
    def first_code(name, *entries):
        principal = f"User:{name}"
        key = world.cell.add_key(
            world.tenant, administrator=False, principal=principal, preset=Preset("none")
        )
        world.cell.allow(
            world.tenant, *(AclEntry(principal, "*", *entry, "allow") for entry in entries)
        )
        with RawClient(world.node.port).log_in(key) as client:
            return client.ask(A.INIT_PRODUCER_ID, 1, InitProducerIdRequest(None)).error_code

    assert first_code("reads", ("topic", "literal", "*", "read")) == CLUSTER
    assert first_code("writes", ("topic", "prefixed", "somewhere", "write")) == 0
    assert first_code("may", ("cluster", "literal", "kafka-cluster", "idempotent_write")) == 0


def test_the_edge_speaks_for_a_service_account_by_its_acls(world, topic):
    key_id, _ = world.cell.add_key(
        world.tenant, administrator=False, principal="User:edge-app", preset=Preset("none")
    )
    with RawClient(world.node.internal_port) as client:
        client.log_in_as_edge(world.tenant.id, sub="User:edge-app", key=key_id)
        assert codes(client.ask(A.PRODUCE, 9, produce(topic.name))) == {TOPIC}
        allow(world, "topic", "write", topic.name, principal="User:edge-app")
        assert codes(client.ask(A.PRODUCE, 9, produce(topic.name))) == {0}
    with RawClient(world.node.internal_port) as client:
        client.log_in_as_edge(world.tenant.id, sub="User:@someone", scopes=["read"])
        assert codes(client.ask(A.PRODUCE, 9, produce(topic.name))) == {TOPIC}
