"""Preferred leaders and reassignments over the wire; the partitions are other brokers'."""

from dataclasses import replace
from itertools import count

import pytest

from brokers.kernel.errors import ErrorCode
from brokers.kernel.ids import BrokerId
from brokers.metadata.records import BrokerRecord
from brokers.wire.messages.alter_partition_reassignments_request import (
    AlterPartitionReassignmentsRequest,
    ReassignablePartition,
    ReassignableTopic,
)
from brokers.wire.messages.elect_leaders_request import ElectLeadersRequest, TopicPartitions
from brokers.wire.messages.list_partition_reassignments_request import (
    ListPartitionReassignmentsRequest,
    ListPartitionReassignmentsTopics,
)
from brokers.wire.registry import ApiKey
from tests.node.raw_client import RawClient

_names = count(1)


@pytest.fixture
def name():
    return f"moved-{next(_names)}"


@pytest.fixture
def others(world):
    """Brokers 6 to 9, which no node runs and which stay alive as long as a test takes."""
    numbers = {BrokerId(number) for number in (6, 7, 8, 9)}
    world.cell.beating_elsewhere |= numbers
    for number in numbers:
        world.cell.put_broker(
            BrokerRecord(number, 1, "127.0.0.1", 1, "127.0.0.1", 2, f"volume-{number}")
        )
    yield
    world.cell.beating_elsewhere -= numbers


@pytest.fixture
def flights(world, others, name):
    """Two partitions on 7, 8 and 9; the second is led by another than its preferred leader."""
    topic = world.cell.add_topic(world.tenant.id, name, 2, replicas=[(7, 8, 9), (8, 7, 9)])
    record = world.cell.partitions[topic.id, 1]
    world.cell.put_partition(replace(record, leader=BrokerId(7), leader_epoch=1))
    return topic


@pytest.fixture
def service_account(world):
    key = world.cell.add_key(world.tenant, administrator=False, principal="User:app")
    with RawClient(world.node.port).log_in(key) as connected:
        yield connected


@pytest.fixture
def foreign(world, others, name):
    """Another tenant's topic of another name, half moved."""
    rival = world.cell.add_tenant("rival")
    topic = world.cell.add_topic(rival.id, f"{name}-theirs", 1, replicas=[(7, 8)])
    record = world.cell.partitions[topic.id, 0]
    world.cell.put_partition(replace(record, adding=(BrokerId(8),)))
    return topic


def elect(client, partitions, *, version=2, **fields):
    asked = None
    if partitions is not None:
        asked = [TopicPartitions(topic, indexes) for topic, indexes in partitions.items()]
    request = ElectLeadersRequest(topic_partitions=asked, **fields)
    return client.ask(ApiKey.ELECT_LEADERS, version, request)


def codes(response):
    return {
        (row.topic, result.partition_id): result.error_code
        for row in response.replica_election_results
        for result in row.partition_result
    }


class TestElectLeaders:
    @pytest.mark.parametrize("version", range(3))
    def test_each_partition_has_its_own_outcome(self, world, client, flights, version):
        response = elect(client, {flights.name: [0, 1, 9], "absent": [0]}, version=version)
        assert codes(response) == {
            (flights.name, 0): ErrorCode.ELECTION_NOT_NEEDED,
            (flights.name, 1): ErrorCode.NONE,
            (flights.name, 9): ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
            ("absent", 0): ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
        }
        row = client.metadata(flights.name).topics[0].partitions[1]
        assert row.leader_id == 8

    def test_all_means_those_that_others_lead(self, client, flights):
        assert codes(elect(client, None))[flights.name, 1] == ErrorCode.NONE
        assert (flights.name, 1) not in codes(elect(client, None))

    def test_what_may_lose_records_is_not_for_tenants(self, client, flights):
        response = elect(client, {flights.name: [0]}, election_type=1)
        assert response.error_code == ErrorCode.POLICY_VIOLATION
        assert codes(response) == {}

    def test_foreign_and_absent_look_alike(self, client, foreign, name):
        asked = [elect(client, {each: [0]}) for each in (foreign.name, f"{name}-nobodys")]
        first, second = (each.replica_election_results[0].partition_result for each in asked)
        assert first == second

    @pytest.mark.parametrize("version", range(3))
    def test_only_administrators_may(self, service_account, flights, version):
        response = elect(service_account, {flights.name: [1]}, version=version)
        refused = ErrorCode.CLUSTER_AUTHORIZATION_FAILED
        assert (response.error_code or codes(response)[flights.name, 1]) == refused


def reassign(client, moves, *, version=1, **fields):
    topics = {}
    for (topic, index), target in moves.items():
        topics.setdefault(topic, []).append(ReassignablePartition(index, target))
    request = AlterPartitionReassignmentsRequest(
        topics=[ReassignableTopic(*each) for each in topics.items()], **fields
    )
    response = client.ask(ApiKey.ALTER_PARTITION_REASSIGNMENTS, version, request)
    outcomes = {
        (row.name, each.partition_index): each.error_code
        for row in response.responses
        for each in row.partitions
    }
    return response.error_code, outcomes


def listed(client, topics=None):
    asked = None
    if topics is not None:
        asked = [ListPartitionReassignmentsTopics(*each) for each in topics.items()]
    response = client.ask(
        ApiKey.LIST_PARTITION_REASSIGNMENTS, 0, ListPartitionReassignmentsRequest(topics=asked)
    )
    assert response.error_code == 0
    return {
        (row.name, each.partition_index): (
            each.replicas, each.adding_replicas, each.removing_replicas,
        )
        for row in response.topics
        for each in row.partitions
    }  # fmt: skip


class TestReassignments:
    @pytest.mark.parametrize("version", range(2))
    def test_they_begin_are_listed_and_are_cancelled(self, client, flights, version):
        key = (flights.name, 0)
        assert reassign(client, {key: [6, 7, 8]}, version=version) == (0, {key: 0})
        moving = {key: ([6, 7, 8, 9], [6], [9])}
        assert {each: row for each, row in listed(client).items() if each == key} == moving
        assert listed(client, {flights.name: [0, 1, 9], "absent": [0]}) == moving
        assert listed(client, {flights.name: [1]}) == {}
        assert reassign(client, {key: None}) == (0, {key: 0})
        assert key not in listed(client)
        nothing = ErrorCode.NO_REASSIGNMENT_IN_PROGRESS
        assert reassign(client, {key: None}) == (0, {key: nothing})

    def test_each_partition_has_its_own_outcome(self, client, flights):
        zero, one, absent = (flights.name, 0), (flights.name, 1), ("absent", 0)
        impossible, unknown = (
            ErrorCode.INVALID_REPLICA_ASSIGNMENT,
            ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
        )
        moves = {zero: [7, 77], one: [6], absent: [6]}
        assert reassign(client, moves) == (0, {zero: impossible, one: 0, absent: unknown})

    def test_another_number_of_replicas_can_be_forbidden(self, client, flights):
        zero, one = (flights.name, 0), (flights.name, 1)
        moves = {zero: [6], one: [6, 7, 8]}
        outcome = reassign(client, moves, allow_replication_factor_change=False)
        assert outcome == (0, {zero: ErrorCode.INVALID_REPLICATION_FACTOR, one: 0})

    def test_foreign_and_absent_look_alike(self, client, foreign, name):
        absent = f"{name}-nobodys"
        _, outcomes = reassign(client, {(foreign.name, 0): [6], (absent, 0): [6]})
        assert set(outcomes.values()) == {ErrorCode.UNKNOWN_TOPIC_OR_PARTITION}
        assert listed(client, {foreign.name: [0], absent: [0]}) == {}
        assert (foreign.name, 0) not in listed(client)

    def test_only_administrators_may(self, service_account, flights):
        refused = ErrorCode.CLUSTER_AUTHORIZATION_FAILED
        assert reassign(service_account, {(flights.name, 0): [6]}) == (refused, {})
        response = service_account.ask(
            ApiKey.LIST_PARTITION_REASSIGNMENTS, 0, ListPartitionReassignmentsRequest(topics=None)
        )
        assert response.error_code == refused

    def test_with_the_store_away_the_client_is_told_to_come_again(self, world, client, flights):
        world.cell.available = False
        code, outcomes = reassign(client, {(flights.name, 0): [6]}, timeout_ms=1000)
        world.cell.available = True
        assert (code, outcomes) == (ErrorCode.REQUEST_TIMED_OUT, {})
