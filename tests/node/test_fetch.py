"""Fetch: whole batches, bounds, long polls, epochs; and ListOffsets beside it."""

import time

import pytest

from brokers.kernel.errors import ErrorCode
from brokers.wire.batch import iterate_batches
from brokers.wire.messages.fetch_request import FetchPartition, FetchRequest, FetchTopic
from brokers.wire.messages.offset_for_leader_epoch_request import (
    OffsetForLeaderEpochRequest,
    OffsetForLeaderPartition,
    OffsetForLeaderTopic,
)
from brokers.wire.records import iterate_records
from brokers.wire.registry import ApiKey
from tests.node.harness import wait_until
from tests.node.raw_client import batch


def offsets(records) -> list[int]:
    """Offsets of all records in whole batches."""
    view = memoryview(bytes(records))
    return [
        record.offset
        for position, header in iterate_batches(view)
        for record in iterate_records(view[position : position + header.total_bytes])
    ]


@pytest.fixture
def filled(client, topic):
    """Ten batches of three records; offsets 0 to 29."""
    for number in range(10):
        row = client.produce(topic.name, batch(*(b"%d-%d" % (number, n) for n in range(3))))
        assert row.error_code == 0
    return topic


@pytest.mark.parametrize("version", range(4, 13))
def test_everything_in_every_version(client, filled, version):
    row = client.fetch(filled.name, 0, version=version)
    assert (row.error_code, row.high_watermark, row.last_stable_offset) == (0, 30, 30)
    assert offsets(row.records) == list(range(30))
    assert row.aborted_transactions is None


@pytest.mark.parametrize("version", range(13, 18))
def test_by_topic_id(client, filled, version):
    assert offsets(client.fetch(filled.id, 0, version=version).records) == list(range(30))


def test_an_offset_inside_a_batch_gets_the_whole_batch(client, filled):
    assert offsets(client.fetch(filled.name, 4).records)[0] == 3


def test_read_committed_lists_aborted_transactions(client, filled):
    assert client.fetch(filled.name, 0, isolation_level=1).aborted_transactions == []


@pytest.mark.parametrize("limit", ["max_bytes", "partition_max_bytes"])
def test_one_batch_is_returned_whatever_the_limit(client, filled, limit):
    assert offsets(client.fetch(filled.name, 6, **{limit: 1}).records) == [6, 7, 8]


def test_partial_batches_are_not_needed(client, filled):
    one = len(client.fetch(filled.name, 0, max_bytes=1).records)
    assert offsets(client.fetch(filled.name, 0, max_bytes=2 * one + 5).records) == list(range(6))


def test_at_the_end_there_is_nothing(client, filled):
    row = client.fetch(filled.name, 30)
    assert (row.error_code, bytes(row.records or b"")) == (0, b"")


@pytest.mark.parametrize("offset", [31, 1_000_000, -1, -5])
def test_out_of_range(client, filled, offset):
    assert client.fetch(filled.name, offset).error_code == ErrorCode.OFFSET_OUT_OF_RANGE


def test_epochs_are_compared(world, client, filled):
    epoch = world.node.node.partitions.get(filled.id, 0).leader_epoch
    assert client.fetch(filled.name, 0, current_leader_epoch=epoch).error_code == 0
    newer = client.fetch(filled.name, 0, current_leader_epoch=epoch + 1)
    assert newer.error_code == ErrorCode.UNKNOWN_LEADER_EPOCH


def test_an_older_epoch_is_fenced(world, client, filled):
    from dataclasses import replace

    partition = world.cell.partitions[filled.id, 0]
    world.cell.put_partition(replace(partition, leader_epoch=5, partition_epoch=9))
    runtime = world.node.node.partitions.get(filled.id, 0)
    wait_until(lambda: runtime.leader_epoch == 5, "the new epoch")
    row = client.fetch(filled.name, 0, current_leader_epoch=0)
    assert row.error_code == ErrorCode.FENCED_LEADER_EPOCH
    client.produce(filled.name, batch(b"epoch 5"))

    diverging = client.fetch(filled.name, 31, last_fetched_epoch=0)
    assert (diverging.diverging_epoch.epoch, diverging.diverging_epoch.end_offset) == (0, 30)
    assert client.fetch(filled.name, 30, last_fetched_epoch=0).diverging_epoch is None

    asked = OffsetForLeaderPartition(0, -1, 0)
    request = OffsetForLeaderEpochRequest(-1, [OffsetForLeaderTopic(filled.name, [asked])])
    for version in (2, 3, 4):
        answer = client.ask(ApiKey.OFFSET_FOR_LEADER_EPOCH, version, request)
        row = answer.topics[0].partitions[0]
        assert (row.error_code, row.leader_epoch, row.end_offset) == (0, 0, 30)


def test_sessions_are_not_kept(client, filled):
    answer = client.ask(
        ApiKey.FETCH, 12, client.fetch_request(filled.name, 0, session_id=0, session_epoch=0)
    )
    assert (answer.error_code, answer.session_id) == (0, 0)
    for session, epoch, code in [
        (7, 1, ErrorCode.FETCH_SESSION_ID_NOT_FOUND),
        (0, 3, ErrorCode.INVALID_FETCH_SESSION_EPOCH),
    ]:
        request = client.fetch_request(filled.name, 0, session_id=session, session_epoch=epoch)
        assert client.ask(ApiKey.FETCH, 12, request).error_code == code


def test_a_client_is_no_replica(client, filled):
    request = client.fetch_request(filled.name, 0, replica_id=2)
    answer = client.ask(ApiKey.FETCH, 12, request)
    assert answer.error_code == ErrorCode.CLUSTER_AUTHORIZATION_FAILED
    assert not answer.responses


# Long polls.


def test_a_long_poll_ends_with_new_records(world, client, topic):
    with world.connect() as producer:
        began = time.monotonic()
        client.send(ApiKey.FETCH, 12, client.fetch_request(topic.name, 0, max_wait_ms=20_000))
        runtime = lambda: world.node.node.partitions.get(topic.id, 0)  # noqa: E731
        wait_until(lambda: runtime() and runtime().fetches, "the fetch to wait")
        producer.produce(topic.name, batch(b"news"), acks=1)
        row = client.receive(ApiKey.FETCH, 12).responses[0].partitions[0]
    assert offsets(row.records) == [0]
    assert time.monotonic() - began < 10
    assert not runtime().fetches


def test_a_long_poll_ends_with_time(client, topic):
    began = time.monotonic()
    row = client.fetch(topic.name, 0, max_wait_ms=300)
    assert time.monotonic() - began >= 0.29
    assert row.error_code == 0
    assert not row.records


def test_a_long_poll_waits_for_min_bytes(world, client, topic):
    size = len(batch(bytes(1000)))
    request = client.fetch_request(topic.name, 0, max_wait_ms=20_000, min_bytes=3 * size)
    client.send(ApiKey.FETCH, 12, request)
    with world.connect() as producer:
        for _ in range(3):
            producer.produce(topic.name, batch(bytes(1000)))
    row = client.receive(ApiKey.FETCH, 12).responses[0].partitions[0]
    assert offsets(row.records) == [0, 1, 2]


def test_an_error_ends_a_long_poll_at_once(client, topic):
    began = time.monotonic()
    row = client.fetch(topic.name, 99, max_wait_ms=20_000)
    assert row.error_code == ErrorCode.OFFSET_OUT_OF_RANGE
    assert time.monotonic() - began < 10


def test_deleting_the_topic_ends_a_long_poll(world, client, topic):
    client.send(ApiKey.FETCH, 12, client.fetch_request(topic.name, 0, max_wait_ms=20_000))
    runtime = lambda: world.node.node.partitions.get(topic.id, 0)  # noqa: E731
    wait_until(lambda: runtime() and runtime().fetches, "the fetch to wait")
    world.cell.tombstone(topic.id)
    row = client.receive(ApiKey.FETCH, 12).responses[0].partitions[0]
    assert row.error_code == ErrorCode.UNKNOWN_TOPIC_OR_PARTITION


def test_a_reader_that_leaves_is_forgotten(world, topic):
    with world.connect() as reader:
        reader.send(ApiKey.FETCH, 12, reader.fetch_request(topic.name, 0, max_wait_ms=20_000))
        runtime = lambda: world.node.node.partitions.get(topic.id, 0)  # noqa: E731
        wait_until(lambda: runtime() and runtime().fetches, "the fetch to wait")
    wait_until(lambda: not runtime().fetches, "forgetting the fetch")


def test_partitions_are_filled_in_the_order_of_the_request(world, client):
    topic = world.add_topic("ordered", 2)
    for partition in (0, 1):
        client.produce(topic.name, batch(bytes(500)), partition=partition)
    wanted = [FetchPartition(p, fetch_offset=0, partition_max_bytes=10_000) for p in (1, 0)]
    request = FetchRequest(
        max_bytes=100, min_bytes=1, topics=[FetchTopic(topic.name, partitions=wanted)]
    )
    rows = client.ask(ApiKey.FETCH, 11, request).responses[0].partitions
    assert [(row.partition_index, bool(row.records)) for row in rows] == [(1, True), (0, False)]


# ListOffsets.


def test_earliest_and_latest(world, client, filled):
    epoch = world.node.node.partitions.get(filled.id, 0).leader_epoch
    for version in range(1, 11):
        earliest = client.list_offset(filled.name, -2, version=version)
        latest = client.list_offset(filled.name, -1, version=version)
        assert (earliest.error_code, earliest.offset) == (0, 0)
        assert (latest.error_code, latest.offset) == (0, 30)
        if version >= 4:
            assert latest.leader_epoch == epoch
            assert earliest.leader_epoch >= 0


def test_by_timestamp(client, topic):
    now = int(time.time() * 1000)
    for number in range(5):
        client.produce(topic.name, batch(b"v", timestamp_ms=now + 1000 * number))
    found = client.list_offset(topic.name, now + 1500)
    assert (found.offset, found.timestamp) == (2, now + 2000)
    none = client.list_offset(topic.name, now + 10_000)
    assert (none.error_code, none.offset, none.timestamp) == (0, -1, -1)


def test_max_timestamp(client, topic):
    now = int(time.time() * 1000)
    for delta in (0, 5000, 1000):
        client.produce(topic.name, batch(b"v", timestamp_ms=now + delta))
    found = client.list_offset(topic.name, -3)
    assert (found.offset, found.timestamp) == (1, now + 5000)


def test_unknown_special_timestamps_are_refused(client, topic):
    assert client.list_offset(topic.name, -99).error_code == ErrorCode.UNSUPPORTED_VERSION


def test_deleted_records_are_out_of_range(world, client, filled):
    from brokers.wire.messages.delete_records_request import (
        DeleteRecordsPartition,
        DeleteRecordsRequest,
        DeleteRecordsTopic,
    )

    asked = DeleteRecordsTopic(filled.name, [DeleteRecordsPartition(0, 6)])
    answer = client.ask(ApiKey.DELETE_RECORDS, 1, DeleteRecordsRequest([asked], 5000))
    assert answer.topics[0].partitions[0].low_watermark == 6
    assert client.fetch(filled.name, 5).error_code == ErrorCode.OFFSET_OUT_OF_RANGE
    assert client.list_offset(filled.name, -2).offset == 6
    assert client.fetch(filled.name, 6).log_start_offset == 6
