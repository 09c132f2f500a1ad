"""Transactions as clients and coordinators see them from the leader of a partition."""

import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from brokers.kernel.errors import ErrorCode
from brokers.node.transactions import append_code
from brokers.wire.batch import NewRecord, build_batch, iterate_batches
from brokers.wire.control import Marker, read_marker
from brokers.wire.messages.delete_records_request import (
    DeleteRecordsPartition,
    DeleteRecordsRequest,
    DeleteRecordsTopic,
)
from brokers.wire.messages.describe_producers_request import (
    DescribeProducersRequest,
    TopicRequest,
)
from brokers.wire.registry import ApiKey
from tests.node.harness import wait_until
from tests.node.raw_client import RawClient, batch
from tests.node.transacting import (
    Coordinator,
    as_broker,
    marker_request,
    part_of_transaction,
    produce,
    request_of,
    write_marker,
)


@pytest.fixture
def coordinator(world) -> Iterator[Coordinator]:
    node = world.node.node
    real = node.transactions
    node.transactions = found = Coordinator()
    yield found
    found.may_answer.set()
    node.transactions = real


@pytest.fixture
def broker(world) -> Iterator[RawClient]:
    """A broker of the cell, on the internal listener."""
    with as_broker(world.node) as connected:
        yield connected


def place_of(world, topic):
    return world.node.node.partitions.get(topic.id, 0)


# Producing.


def test_nothing_is_appended_while_no_coordinator_answers(world, client, topic):
    row = produce(client, topic.name, part_of_transaction(b"a"))
    assert row.error_code == ErrorCode.NOT_ENOUGH_REPLICAS
    assert client.list_offset(topic.name, -1).offset == 0


def test_the_coordinator_is_asked_once_per_transaction(client, topic, coordinator, broker):
    for sequence in range(3):
        row = produce(client, topic.name, part_of_transaction(b"a", sequence=sequence))
        assert (row.error_code, row.base_offset) == (0, sequence)
    ((how, part),) = coordinator.asked
    assert how == "verify"
    assert (part.transactional_id, part.producer_id, part.producer_epoch) == ("tx", 5, 0)
    assert [(each.topic_id, each.index) for each in part.partitions] == [(topic.id, 0)]
    assert write_marker(broker, topic) == 0
    assert produce(client, topic.name, part_of_transaction(b"a", sequence=3)).error_code == 0
    assert len(coordinator.asked) == 2


def test_a_newer_producer_adds_the_partition(client, topic, coordinator):
    assert produce(client, topic.name, part_of_transaction(b"a"), version=12).error_code == 0
    assert [how for how, _ in coordinator.asked] == ["add"]


def test_a_transaction_that_is_being_completed_is_waited_for(client, topic, coordinator):
    coordinator.codes = [ErrorCode.CONCURRENT_TRANSACTIONS] * 2
    assert produce(client, topic.name, part_of_transaction(b"a"), version=12).error_code == 0
    assert len(coordinator.asked) == 3
    coordinator.code = ErrorCode.CONCURRENT_TRANSACTIONS
    other = part_of_transaction(b"a", producer=6)
    row = produce(client, topic.name, other, version=12)
    assert row.error_code == ErrorCode.CONCURRENT_TRANSACTIONS


@pytest.mark.parametrize(
    ("code", "version", "told"),
    [
        (ErrorCode.INVALID_TXN_STATE, 11, ErrorCode.INVALID_TXN_STATE),
        (ErrorCode.TRANSACTION_ABORTABLE, 10, ErrorCode.INVALID_TXN_STATE),
        (ErrorCode.TRANSACTION_ABORTABLE, 11, ErrorCode.TRANSACTION_ABORTABLE),
        (ErrorCode.PRODUCER_FENCED, 9, ErrorCode.INVALID_PRODUCER_EPOCH),
        (ErrorCode.NOT_COORDINATOR, 7, ErrorCode.NOT_ENOUGH_REPLICAS),
        (ErrorCode.COORDINATOR_LOAD_IN_PROGRESS, 12, ErrorCode.NOT_ENOUGH_REPLICAS),
        (ErrorCode.CONCURRENT_TRANSACTIONS, 11, ErrorCode.NOT_ENOUGH_REPLICAS),
        (ErrorCode.INVALID_PRODUCER_ID_MAPPING, 11, ErrorCode.INVALID_PRODUCER_ID_MAPPING),
    ],
)
def test_what_the_coordinator_says_reaches_the_producer(
    client, topic, coordinator, *, code, version, told
):
    coordinator.code = code
    row = produce(client, topic.name, part_of_transaction(b"a"), version=version)
    assert (row.error_code, row.base_offset) == (told, -1)
    assert client.list_offset(topic.name, -1).offset == 0


def test_every_code_that_passes_is_one_that_old_clients_try_again() -> None:
    for code in ErrorCode:
        told = append_code(code, 3)
        if code.retriable and "COORDINATOR" in code.name:
            assert told is ErrorCode.NOT_ENOUGH_REPLICAS


def test_pipelined_batches_stay_in_order_while_the_coordinator_thinks(
    world, client, topic, coordinator
):
    coordinator.may_answer.clear()
    for sequence in range(5):
        request = request_of(client, topic.name, part_of_transaction(b"a", sequence=sequence))
        client.send(ApiKey.PRODUCE, 11, request)
    wait_until(lambda: coordinator.asked, "the question")
    assert place_of(world, topic).log.log_end_offset == 0
    coordinator.may_answer.set()
    for sequence in range(5):
        row = client.receive(ApiKey.PRODUCE, 11).responses[0].partition_responses[0]
        assert (row.error_code, row.base_offset) == (0, sequence)
    assert len(coordinator.asked) == 1


@pytest.mark.parametrize(
    ("epoch", "told"),
    [(0, ErrorCode.INVALID_TXN_STATE), (1, ErrorCode.INVALID_PRODUCER_EPOCH)],
)
def test_a_marker_overtakes_the_coordinators_word(
    client, topic, coordinator, broker, *, epoch, told
):
    """What was confirmed before the transaction was aborted must not come in behind its end."""
    coordinator.may_answer.clear()
    client.send(ApiKey.PRODUCE, 11, request_of(client, topic.name, part_of_transaction(b"late")))
    wait_until(lambda: coordinator.asked, "the question")
    assert write_marker(broker, topic, producer_epoch=epoch, committed=False) == 0
    coordinator.may_answer.set()
    row = client.receive(ApiKey.PRODUCE, 11).responses[0].partition_responses[0]
    assert (row.error_code, row.base_offset) == (told, -1)


@pytest.mark.parametrize(
    "says", [[], [ErrorCode.CONCURRENT_TRANSACTIONS], [ErrorCode.CONCURRENT_TRANSACTIONS] * 2]
)
def test_the_end_of_the_transaction_before_does_not_spoil_the_next(
    client, topic, coordinator, broker, *, says
):
    """Newer clients begin the next as soon as the coordinator has decided: its question is under
    way here when the marker of the one before comes."""
    assert produce(client, topic.name, part_of_transaction(b"a"), version=12).error_code == 0
    coordinator.codes = list(says)
    coordinator.may_answer.clear()
    following = request_of(client, topic.name, part_of_transaction(b"b", epoch=1))
    client.send(ApiKey.PRODUCE, 12, following)
    wait_until(lambda: len(coordinator.asked) == 2, "the question")
    assert write_marker(broker, topic, producer_epoch=1, transaction_version=2) == 0
    coordinator.may_answer.set()
    row = client.receive(ApiKey.PRODUCE, 12).responses[0].partition_responses[0]
    assert (row.error_code, row.base_offset) == (0, 2)
    assert [how for how, _ in coordinator.asked] == ["add"] * (2 + max(1, len(says)))


def test_what_its_own_end_has_overtaken_stays_out(client, topic, coordinator, broker):
    """An epoch names one transaction: a late request of one that is over finds it replaced."""
    coordinator.may_answer.clear()
    client.send(ApiKey.PRODUCE, 12, request_of(client, topic.name, part_of_transaction(b"late")))
    wait_until(lambda: coordinator.asked, "the question")
    assert write_marker(broker, topic, producer_epoch=1, transaction_version=2) == 0
    coordinator.may_answer.set()
    row = client.receive(ApiKey.PRODUCE, 12).responses[0].partition_responses[0]
    assert (row.error_code, row.base_offset) == (ErrorCode.INVALID_PRODUCER_EPOCH, -1)


def test_a_leader_that_changes_meanwhile_appends_nothing(world, client, topic, coordinator):
    coordinator.may_answer.clear()
    client.send(ApiKey.PRODUCE, 11, request_of(client, topic.name, part_of_transaction(b"late")))
    wait_until(lambda: coordinator.asked, "the question")
    record = world.cell.partitions[topic.id, 0]
    world.cell.put_partition(
        replace(record, leader=None, leader_epoch=record.leader_epoch + 1,
                partition_epoch=record.partition_epoch + 1)
    )  # fmt: skip
    wait_until(lambda: not place_of(world, topic).is_leader, "the end of the leadership")
    coordinator.may_answer.set()
    row = client.receive(ApiKey.PRODUCE, 11).responses[0].partition_responses[0]
    assert row.error_code == ErrorCode.NOT_LEADER_OR_FOLLOWER


def test_a_transactional_batch_needs_a_transactional_id(client, topic, coordinator):
    row = client.produce(topic.name, part_of_transaction(b"a"))
    assert row.error_code == ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED
    assert not coordinator.asked


def test_two_producers_in_one_request_are_refused(world, client, coordinator):
    topic = world.add_topic("two-producers", 2)
    first = request_of(client, topic.name, part_of_transaction(b"a"))
    second = request_of(client, topic.name, part_of_transaction(b"a", producer=6), partition=1)
    first.topic_data += second.topic_data
    answer = client.ask(ApiKey.PRODUCE, 11, first)
    codes = [topic.partition_responses[0].error_code for topic in answer.responses]
    assert codes == [ErrorCode.INVALID_PRODUCER_ID_MAPPING] * 2
    assert not coordinator.asked


def test_a_batch_outside_of_an_open_transaction_is_refused(client, topic, coordinator):
    assert produce(client, topic.name, part_of_transaction(b"a")).error_code == 0
    plain = batch(b"b", producer=(5, 0, 1))
    assert client.produce(topic.name, plain).error_code == ErrorCode.INVALID_TXN_STATE


def test_clients_may_not_write_markers(client, topic):
    data = build_batch(
        [NewRecord(b"\0\0\0\0", bytes(6))], base_timestamp=0, producer_id=5, producer_epoch=0,
        base_sequence=0, attributes=0x30,
    )  # fmt: skip
    assert client.produce(topic.name, data).error_code == ErrorCode.INVALID_RECORD


# Markers.


def test_markers_are_for_brokers_only(world, client, topic):
    client.send(ApiKey.WRITE_TXN_MARKERS, 2, marker_request(topic))
    assert client.is_closed_by_broker()


def test_the_edge_may_not_write_markers(world, topic):
    with RawClient(world.node.internal_port) as edge:
        assert edge.log_in_as_edge(world.tenant.id).error_code == 0
        code = write_marker(edge, topic)
    assert code == ErrorCode.CLUSTER_AUTHORIZATION_FAILED


def test_a_marker_is_appended_once(world, client, topic, coordinator, broker):
    produce(client, topic.name, part_of_transaction(b"a"))
    heard: list[tuple[int, int, bool]] = []
    place_of(world, topic).on_marker.append(lambda *marker: heard.append(marker))
    for _ in range(3):
        assert write_marker(broker, topic, coordinator_epoch=4) == 0
    stored = memoryview(client.fetch(topic.name, 0).records)
    markers = [
        read_marker(stored[position : position + header.total_bytes])
        for position, header in iterate_batches(stored)
        if header.is_control
    ]
    assert markers == [Marker(True, 4)]
    assert heard == [(5, 0, True)]


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"leader_epochs": [7]}, ErrorCode.UNKNOWN_LEADER_EPOCH),
        ({"partitions": [3]}, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION),
        ({"producer_epoch": 0}, ErrorCode.INVALID_PRODUCER_EPOCH),
        ({"producer_epoch": 1, "coordinator_epoch": 1},
         ErrorCode.TRANSACTION_COORDINATOR_FENCED),
        ({"producer_epoch": 1, "coordinator_epoch": 2, "transaction_version": 2},
         ErrorCode.INVALID_PRODUCER_EPOCH),
    ],
)  # fmt: skip
def test_markers_that_are_refused(client, topic, coordinator, broker, *, fields, code):
    assert write_marker(broker, topic, producer_epoch=1, coordinator_epoch=2) == 0
    assert produce(client, topic.name, part_of_transaction(b"a", epoch=1)).error_code == 0
    assert write_marker(broker, topic, **fields) == code


def test_a_marker_for_a_topic_that_is_gone(world, topic, broker):
    gone = replace(topic, id=bytes(15) + b"\1")
    assert write_marker(broker, gone) == ErrorCode.UNKNOWN_TOPIC_OR_PARTITION


# Consuming.


def fetched(client: RawClient, name: str, offset: int, **fields: Any) -> tuple[Any, list[int]]:
    row = client.fetch(name, offset, isolation_level=1, **fields)
    headers = [header for _, header in iterate_batches(memoryview(row.records or b""))]
    return row, [header.base_offset for header in headers]


def test_committed_readers_stop_at_the_open_transaction(client, topic, coordinator, broker):
    client.produce(topic.name, batch(b"plain"))
    produce(client, topic.name, part_of_transaction(b"a"))
    client.produce(topic.name, batch(b"behind"))
    row, offsets = fetched(client, topic.name, 0)
    assert (offsets, row.high_watermark, row.last_stable_offset) == ([0], 3, 1)
    assert row.aborted_transactions == []
    assert fetched(client, topic.name, 2)[1] == []
    everything = client.fetch(topic.name, 0)
    assert (everything.last_stable_offset, everything.aborted_transactions) == (1, None)
    assert len(list(iterate_batches(memoryview(everything.records)))) == 3
    assert client.list_offset(topic.name, -1).offset == 3
    assert client.list_offset(topic.name, -1, isolation_level=1).offset == 1
    assert write_marker(broker, topic) == 0
    row, offsets = fetched(client, topic.name, 0)
    assert (offsets, row.last_stable_offset) == ([0, 1, 2, 3], 4)
    assert client.list_offset(topic.name, -1, isolation_level=1).offset == 4


def test_aborted_transactions_come_by_first_offset(client, topic, coordinator, broker):
    for producer in (5, 6, 7):
        produce(client, topic.name, part_of_transaction(b"a", producer=producer))
    for producer in (7, 5, 6):
        assert write_marker(broker, topic, producer_id=producer, committed=producer == 5) == 0
    row, _ = fetched(client, topic.name, 0)
    found = [(each.producer_id, each.first_offset) for each in row.aborted_transactions]
    assert found == [(6, 1), (7, 2)]
    row, _ = fetched(client, topic.name, 4)
    found = [(each.producer_id, each.first_offset) for each in row.aborted_transactions]
    assert found == [(6, 1)]


def test_a_long_poll_for_committed_records_ends_with_the_transaction(
    world, client, topic, coordinator, broker
):
    with world.connect() as producer:
        produce(producer, topic.name, part_of_transaction(b"a" * 100))
        request = client.fetch_request(
            topic.name, 0, max_wait_ms=20_000, isolation_level=1, min_bytes=170
        )
        began = time.monotonic()
        client.send(ApiKey.FETCH, 12, request)
        place = place_of(world, topic)
        wait_until(lambda: place.stable_fetches, "the fetch to wait")
        produce(producer, topic.name, part_of_transaction(b"b", sequence=1))
        assert place.stable_fetches
        assert write_marker(broker, topic) == 0
        row = client.receive(ApiKey.FETCH, 12).responses[0].partitions[0]
    assert time.monotonic() - began < 10
    assert len(list(iterate_batches(memoryview(row.records)))) == 3
    assert not place.stable_fetches


def test_deleted_records_hold_nobody_back(world, client, topic, coordinator):
    produce(client, topic.name, part_of_transaction(b"a"))
    client.produce(topic.name, batch(b"b", b"c"))
    place = place_of(world, topic)
    assert client.fetch(topic.name, 0).last_stable_offset == 0
    request = DeleteRecordsRequest(
        [DeleteRecordsTopic(topic.name, [DeleteRecordsPartition(0, 2)])], 1000
    )
    assert client.ask(ApiKey.DELETE_RECORDS, 2, request).topics[0].partitions[0].error_code == 0
    assert place.last_stable_offset == 2
    assert client.fetch(topic.name, 2).last_stable_offset == 2


# Describing.


def test_producers_are_described(client, topic, coordinator, broker):
    produce(client, topic.name, part_of_transaction(b"a", b"b"))
    client.produce(topic.name, batch(b"c", producer=(6, 2, 0)))
    assert write_marker(broker, topic, producer_id=7, producer_epoch=3, coordinator_epoch=4) == 0
    request = DescribeProducersRequest([TopicRequest(topic.name, [0, 9])])
    found, missing = client.ask(ApiKey.DESCRIBE_PRODUCERS, 0, request).topics[0].partitions
    assert missing.error_code == ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
    rows = {
        each.producer_id: (
            each.producer_epoch, each.last_sequence, each.coordinator_epoch,
            each.current_txn_start_offset,
        )
        for each in found.active_producers
    }  # fmt: skip
    assert rows == {5: (0, 1, -1, 0), 6: (2, 0, -1, -1), 7: (3, -1, 4, -1)}
    assert all(abs(each.last_timestamp - time.time() * 1000) < 60_000
               for each in found.active_producers)  # fmt: skip
