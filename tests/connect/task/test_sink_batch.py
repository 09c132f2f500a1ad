"""A batch by columns is put, searched and cut down as one of single records."""

import pytest
from confluent_kafka import TIMESTAMP_CREATE_TIME, Message

from connect.spi.errors import DataError
from connect.spi.records import TopicPartition
from connect.task.messages_in import ConsumedMessages
from connect.task.sink_batch import SinkBatch
from tests.connect.harness import in_runs, sink_record

PLACES = [("t", 0), ("t", 0), ("u", 0), ("t", 1), ("t", 0)]
ENDS = {TopicPartition("t", 0): 5, TopicPartition("u", 0): 3, TopicPartition("t", 1): 4}


@pytest.fixture
def batch() -> SinkBatch:
    messages = [
        Message(
            topic=topic, partition=number, offset=at, value=b"%d" % at,
            timestamp=(TIMESTAMP_CREATE_TIME, 1_700_000_000_000 + at),
        )
        for at, (topic, number) in enumerate(PLACES)
    ]  # fmt: skip
    records = [
        sink_record(at, topic=topic, partition=number, offset=at, original_topic=topic)
        for at, (topic, number) in enumerate(PLACES)
    ]
    return SinkBatch(in_runs(records), ConsumedMessages(messages), ENDS)


def test_a_bad_record_is_found_and_its_message_with_it(batch):
    refused = []
    while (records := batch.next_records) is not None:
        if any(each.value == 3 for each in records):
            refused.append(len(records))
            batch.bisection.failed(DataError("three"))
        else:
            batch.bisection.succeeded()
    assert refused[0] == 5
    ((message, error),) = batch.bad
    assert (message.topic, message.partition, message.offset, message.value) == ("t", 1, 3, b"3")
    assert str(error) == "three"


def test_a_message_is_found_by_its_place(batch):
    found = batch.message_of(TopicPartition("u", 0), 2)
    assert found is not None
    assert found.value == b"2"
    assert batch.message_of(TopicPartition("u", 0), 3) is None
    assert batch.message_of(TopicPartition("t", 1), 2) is None


def test_what_was_taken_away_is_left_out(batch):
    left = batch.without(frozenset({TopicPartition("t", 0)}))
    assert [each.value for each in left.next_records] == [2, 3]
    assert left.ends == {TopicPartition("u", 0): 3, TopicPartition("t", 1): 4}
    assert left.message_of(TopicPartition("t", 1), 3).value == b"3"
    assert left.message_of(TopicPartition("t", 0), 4) is None
    assert len(left) == 2


def test_what_was_put_is_not_put_again_when_a_partition_is_taken_away(batch):
    halves = []
    while (records := batch.next_records) is not None and not halves:
        if len(records) == len(PLACES):
            batch.bisection.failed(DataError("one of them"))
        else:
            halves.append([each.value for each in records])
            batch.bisection.succeeded()
    assert halves == [[0, 1]]
    left = batch.without(frozenset({TopicPartition("t", 0)}))
    assert [each.value for each in left.next_records] == [2, 3]


def test_what_was_found_to_be_bad_stays_so_unless_its_partition_is_taken_away(batch):
    for bad in (0, 3):
        while (records := batch.next_records) is not None:
            if [each.value for each in records] == [bad]:
                batch.bisection.failed(DataError(str(bad)))
                break
            if any(each.value == bad for each in records):
                batch.bisection.failed(DataError("one of them"))
            else:
                batch.bisection.succeeded()
    left = batch.without(frozenset({TopicPartition("t", 0)}))
    assert [(message.offset, str(error)) for message, error in left.bad] == [(3, "3")]
    assert left.next_records is None
