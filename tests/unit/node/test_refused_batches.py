"""Pipelined batches of an idempotent producer, some of them refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brokers.kernel.errors import ErrorCode, Refusal
from brokers.node.refused_batches import HOLDS_MS, PLACES_MAX, RefusedBatches
from brokers.wire.batch import NewRecord, build_batch

PARTITION = ("orders", b"", 0)
CODE = ErrorCode.NOT_ENOUGH_REPLICAS
IN_FLIGHT = 5


def batch(sequence, *, producer=7, epoch=0):
    record = NewRecord(None, b"x")
    return memoryview(
        build_batch(
            [record],
            base_timestamp=0,
            producer_id=producer,
            producer_epoch=epoch,
            base_sequence=sequence,
        )
    )


def code_of(refused, records, *, at=0, partition=PARTITION):
    try:
        refused.check(partition, records, at)
    except Refusal as refusal:
        return refusal.code
    return None


@given(
    count=st.integers(1, 20),
    begin=st.sampled_from([0, 2**31 - 3]),
    is_refused=st.lists(st.booleans(), max_size=60),
)
def test_a_pipeline_meets_no_gap_whatever_is_refused(count, begin, is_refused):
    """The client sends five at a time, and what was refused again in its order."""
    refused, fates = RefusedBatches(), iter(is_refused)
    waiting, written = list(range(count)), []
    while waiting:
        for number in list(waiting[:IN_FLIGHT]):
            records = batch((begin + number) % 2**31)
            code = code_of(refused, records)
            if code is None and next(fates, False):
                code = CODE
            if code is not None:
                refused.note(PARTITION, records, code, 0)
                continue
            assert number == len(written), "a batch came to be written before those before it"
            written.append(number)
            waiting.remove(number)
    assert not refused


def test_what_was_written_before_is_looked_at_as_ever():
    refused = RefusedBatches()
    refused.note(PARTITION, batch(5), CODE, 0)
    assert code_of(refused, batch(4)) is None
    assert code_of(refused, batch(6)) is CODE


def test_others_do_not_wait():
    refused = RefusedBatches()
    refused.note(PARTITION, batch(5), CODE, 0)
    assert code_of(refused, batch(6, producer=8)) is None
    assert code_of(refused, batch(6), partition=("orders", b"", 1)) is None


def test_a_new_epoch_begins_anew():
    refused = RefusedBatches()
    refused.note(PARTITION, batch(5), CODE, 0)
    assert code_of(refused, batch(0, epoch=1)) is None
    assert not refused


def test_what_is_given_up_is_waited_for_no_longer():
    refused = RefusedBatches()
    refused.note(PARTITION, batch(5), CODE, 1000)
    assert code_of(refused, batch(6), at=1000 + HOLDS_MS - 1) is CODE
    assert code_of(refused, batch(6), at=1000 + HOLDS_MS) is None


@pytest.mark.parametrize("code", [ErrorCode.MESSAGE_TOO_LARGE, ErrorCode.INVALID_PRODUCER_EPOCH])
def test_what_is_not_sent_again_is_not_waited_for(code):
    refused = RefusedBatches()
    refused.note(PARTITION, batch(5), code, 0)
    assert code_of(refused, batch(6)) is None


@pytest.mark.parametrize("records", [None, memoryview(b""), memoryview(bytes(60))])
def test_what_is_no_batch_is_for_others_to_refuse(records):
    refused = RefusedBatches()
    refused.note(PARTITION, records, CODE, 0)
    assert not refused
    assert code_of(refused, records) is None


def test_it_remembers_only_so_many():
    refused = RefusedBatches()
    for producer in range(PLACES_MAX + 5):
        refused.note(PARTITION, batch(5, producer=producer), CODE, 0)
    assert len(refused._first) == PLACES_MAX
    assert code_of(refused, batch(6, producer=PLACES_MAX)) is CODE
