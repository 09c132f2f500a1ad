"""What a broker changes for a client is told to the audit log; what it does for the edge is not."""

import pytest

from brokers.node.ports import MetadataUnavailable
from brokers.wire.messages.delete_groups_request import DeleteGroupsRequest
from brokers.wire.messages.delete_records_request import (
    DeleteRecordsPartition,
    DeleteRecordsRequest,
    DeleteRecordsTopic,
)
from brokers.wire.messages.find_coordinator_request import FindCoordinatorRequest
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
from brokers.wire.registry import ApiKey
from tests.node.fakes import MemoryCell
from tests.node.harness import node_config, running, wait_until
from tests.node.raw_client import RawClient, batch


class Log:
    """The audit log, which can be away."""

    def __init__(self):
        self.deeds = []
        self.moves = []
        self.is_away = False

    async def record(self, refusals):
        pass

    async def record_deeds(self, deeds):
        if self.is_away:
            raise MetadataUnavailable("the database is away")
        self.deeds += [(each.act.by, each.act.action, each.act.object) for each in deeds]
        self.moves += [each.moves.document()["offsets"] for each in deeds if each.moves]


@pytest.fixture
def log():
    return Log()


@pytest.fixture
def node(log, tmp_path):
    cell = MemoryCell()
    tenant = cell.add_tenant("acme")
    with running(cell, node_config(tmp_path / "volume"), refusals=log) as node:
        cell.add_topic(tenant.id, "flights")
        node.tenant, node.key = tenant, cell.add_key(tenant)
        yield node


@pytest.fixture
def client(node):
    with RawClient(node.port).log_in(node.key) as client:
        find = FindCoordinatorRequest("any", 0)
        wait_until(lambda: not client.ask(ApiKey.FIND_COORDINATOR, 3, find).error_code, "one")
        yield client


def commit(client, group, offset=0):
    places = [OffsetCommitRequestPartition(0, offset)]
    request = OffsetCommitRequest(
        group, topics=[OffsetCommitRequestTopic("flights", partitions=places)]
    )
    (row,) = client.ask(ApiKey.OFFSET_COMMIT, 7, request).topics
    assert row.partitions[0].error_code == 0


def delete_group(client, name):
    answer = client.ask(ApiKey.DELETE_GROUPS, 2, DeleteGroupsRequest([name]))
    return answer.results[0].error_code


def delete_offsets(client, group, topic="flights"):
    places = [OffsetDeleteRequestPartition(0)]
    request = OffsetDeleteRequest(group, [OffsetDeleteRequestTopic(topic, places)])
    return client.ask(ApiKey.OFFSET_DELETE, 0, request).error_code


def delete_records(client, offset):
    rows = [DeleteRecordsTopic("flights", [DeleteRecordsPartition(0, offset)])]
    answer = client.ask(ApiKey.DELETE_RECORDS, 2, DeleteRecordsRequest(rows, 5000))
    return answer.topics[0].partitions[0].error_code


BOSS = "User:tenant-admin"


def test_what_was_done_is_told_and_what_was_refused_is_not(node, client, log):
    client.produce("flights", batch(b"v"))
    commit(client, "first")
    assert delete_records(client, 99) != 0
    assert delete_group(client, "absent") != 0
    assert delete_offsets(client, "absent") != 0
    assert delete_records(client, 1) == 0
    assert delete_offsets(client, "first") == 0
    commit(client, "first")
    assert delete_group(client, "first") == 0
    wanted = [
        (BOSS, "topic.delete_records", "flights"),
        (BOSS, "group.delete_offsets", "first"),
        (BOSS, "group.delete", "first"),
    ]
    wait_until(lambda: len(log.deeds) >= len(wanted), "the deeds")
    assert log.deeds == wanted


def test_a_group_that_is_set_back_is_told_and_one_that_reads_on_is_not(node, client, log):
    for offset in (0, 5, 5, 9, 3, 4):
        commit(client, "readers", offset)
    with RawClient(node.internal_port) as edge:
        edge.log_in_as_edge(node.tenant.id)
        commit(edge, "readers", 0)
    assert delete_group(client, "readers") == 0
    wanted = [(BOSS, "group.reset_offsets", "readers"), (BOSS, "group.delete", "readers")]
    wait_until(lambda: len(log.deeds) >= len(wanted), "the deeds")
    assert log.deeds == wanted
    assert log.moves == [[{"topic": "flights", "partition": 0, "from": 9, "to": 3}]]


def test_the_edge_writes_down_what_it_asks_for(node, client, log):
    for group in ("by-the-edge", "by-kafka"):
        commit(client, group)
    with RawClient(node.internal_port) as edge:
        edge.log_in_as_edge(node.tenant.id)
        assert delete_group(edge, "by-the-edge") == 0
    assert delete_group(client, "by-kafka") == 0
    wait_until(lambda: log.deeds, "a deed")
    assert log.deeds == [(BOSS, "group.delete", "by-kafka")]


def test_what_cannot_be_written_waits_and_nothing_waits_for_it(node, client, log):
    log.is_away = True
    for number in range(3):
        commit(client, f"group-{number}")
        assert delete_group(client, f"group-{number}") == 0
    log.is_away = False
    wait_until(lambda: len(log.deeds) == 3, "the deeds")
    assert {name for _, _, name in log.deeds} == {"group-0", "group-1", "group-2"}
