"""The lane against a broker that keeps KIP-98's rules and loses answers."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brokers.kernel.errors import ErrorCode, Refusal
from brokers.wire.batch import parse_batch_header
from brokers.wire.records import iterate_records
from streaming.records.failures import BrokersUnavailable
from streaming.records.lane import Lane, ProducerId
from streaming.records.outgoing import Delivered, OutgoingRecord, Parcel


class Broker:
    """One partition: appends in sequence, knows a batch that comes again, refuses poison."""

    def __init__(self):
        self.log = []
        self.expected = {}
        self.last = {}

    def produce(self, payload):
        header = parse_batch_header(memoryview(payload))
        values = [record.value for record in iterate_records(memoryview(payload))]
        producer, sequence = header.producer_id, header.base_sequence
        if self.last.get(producer, (None,))[0] == sequence:
            return self.last[producer][1]
        if sequence != self.expected.get(producer, 0):
            return ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER
        if any(value.startswith(b"poison") for value in values):
            return ErrorCode.INVALID_RECORD
        offset = len(self.log)
        self.log += values
        self.last[producer] = (sequence, offset)
        self.expected[producer] = sequence + len(values)
        return offset


class Ids:
    def __init__(self):
        self.next = 0

    def give(self, lane):
        if lane.producer is None:
            self.next += 1
            lane.producer = ProducerId(self.next, 0)


class Done:
    """Stands where the event loop's future does."""

    def __init__(self):
        self.set = False

    def done(self):
        return self.set

    def set_result(self, _none):
        assert not self.set
        self.set = True


def parcel(*values, deadline=100.0):
    records = [OutgoingRecord("t", 0, None, value, (), 7) for value in values]
    return Parcel(records, deadline, Done())


STEPS = st.lists(
    st.sampled_from(["send", "lose answer", "lose request", "moved", "deposed", "late"])
)


@given(
    parcels=st.lists(st.lists(st.booleans(), min_size=1, max_size=5), max_size=5),
    steps=STEPS,
)
def test_every_record_is_written_once_in_order_or_said_not_to_be(parcels, steps):
    broker, lane, ids = Broker(), Lane("t", 0), Ids()
    sent = []
    for number, poisons in enumerate(parcels):
        values = [
            (b"poison" if poison else b"v") + b"%d.%d" % (number, index)
            for index, poison in enumerate(poisons)
        ]
        sent.append(parcel(*values))
        lane.add(sent[-1])
    for step in [*steps, *["send"] * 100]:
        ids.give(lane)
        batch = lane.take()
        if batch is None:
            break
        match step:
            case "lose request":
                lane.on_lost()
            case "lose answer":
                broker.produce(batch.payload)
                lane.on_lost()
            case "moved":
                lane.on_error(ErrorCode.NOT_LEADER_OR_FOLLOWER)
            case "deposed":
                broker.produce(batch.payload)
                lane.on_error(ErrorCode.NOT_LEADER_OR_FOLLOWER)
            case "late":
                broker.produce(batch.payload)
                lane.on_error(ErrorCode.REQUEST_TIMED_OUT)
            case _:
                answer = broker.produce(batch.payload)
                if isinstance(answer, ErrorCode):
                    lane.on_error(answer)
                else:
                    lane.on_written(answer, -1)
    assert not lane.waiting
    assert lane.pending_bytes == 0
    unknown = set()
    for each in sent:
        assert each.done.set
        for record, outcome in zip(each.records, each.outcomes, strict=True):
            if isinstance(outcome, Delivered):
                assert broker.log[outcome.offset] == record.value
            elif isinstance(outcome, BrokersUnavailable):
                assert "not known" in str(outcome)
                unknown.add(record.value)
            else:
                assert isinstance(outcome, Refusal)
                assert record.value not in broker.log
                assert record.value.startswith(b"poison")
    assert len(set(broker.log)) == len(broker.log)
    fates = [record.value for each in sent for record in each.records]
    assert broker.log == [value for value in fates if value in set(broker.log)]
    # Only what shared a batch with a poisoned record whose answer was lost may be unknown.
    assert not unknown or any(value.startswith(b"poison") for value in unknown)


def test_a_record_that_is_refused_leaves_its_neighbours_alone():
    broker, lane, ids = Broker(), Lane("t", 0), Ids()
    together = parcel(b"a", b"poison", b"b", b"c")
    lane.add(together)
    while lane.waiting:
        ids.give(lane)
        answer = broker.produce(lane.take().payload)
        lane.on_error(answer) if isinstance(answer, ErrorCode) else lane.on_written(answer, -1)
    assert broker.log == [b"a", b"b", b"c"]
    first, refused, *rest = together.outcomes
    assert (first, *rest) == (Delivered(0, 7), Delivered(1, 7), Delivered(2, 7))
    assert isinstance(refused, Refusal)
    assert ids.next == 1


def test_what_expires_unsent_was_not_written_and_what_was_sent_is_not_known():
    lane, ids = Lane("t", 0), Ids()
    uncertain, unsent = parcel(b"a", deadline=5.0), parcel(b"b", deadline=5.0)
    lane.add(uncertain)
    ids.give(lane)
    lane.take()
    lane.add(unsent)
    lane.expire(9.0, "too late")
    assert uncertain.outcomes == [None]
    lane.on_lost()
    lane.expire(9.0, "too late")
    (told,) = uncertain.outcomes
    assert "is not known" in str(told)
    (told,) = unsent.outcomes
    assert "was not written" in str(told)
    assert lane.producer is None, "its number may be in use"


def test_what_a_deposed_leader_had_appended_is_not_taken_for_the_next_record():
    broker, lane, ids = Broker(), Lane("t", 0), Ids()
    given_up, following = parcel(b"a", deadline=5.0), parcel(b"b")
    lane.add(given_up)
    ids.give(lane)
    broker.produce(lane.take().payload)
    lane.on_error(ErrorCode.NOT_LEADER_OR_FOLLOWER)
    lane.expire(9.0, "too late")
    (told,) = given_up.outcomes
    assert "is not known" in str(told)
    lane.add(following)
    ids.give(lane)
    lane.on_written(broker.produce(lane.take().payload), -1)
    assert broker.log == [b"a", b"b"]
    assert following.outcomes == [Delivered(1, 7)]


def test_a_broker_that_forgot_the_producer_is_given_another_id():
    lane, ids = Lane("t", 0), Ids()
    lane.add(parcel(b"a"))
    ids.give(lane)
    lane.take()
    lane.on_error(ErrorCode.UNKNOWN_PRODUCER_ID)
    ids.give(lane)
    header = parse_batch_header(memoryview(lane.take().payload))
    assert (header.producer_id, header.base_sequence) == (2, 0)


def test_sequences_go_on_at_zero_after_the_last():
    lane, ids = Lane("t", 0), Ids()
    lane._sequence = 2**31 - 2
    ids.give(lane)
    for expected in (2**31 - 2, 0):
        lane.add(parcel(b"a", b"b"))
        header = parse_batch_header(memoryview(lane.take().payload))
        assert header.base_sequence == expected
        lane.on_written(0, -1)


def test_a_batch_is_bounded_and_a_long_record_has_its_own():
    lane, ids = Lane("t", 0), Ids()
    lane.add(parcel(b"x" * 600_000, b"y" * 200_000, b"z" * 200_000))
    counts = []
    while lane.waiting:
        ids.give(lane)
        counts.append(lane.take().count)
        lane.on_written(0, -1)
    assert counts == [1, 2]


def test_the_brokers_time_is_told_where_it_gives_one():
    lane, ids = Lane("t", 0), Ids()
    both = parcel(b"a", b"b")
    lane.add(both)
    ids.give(lane)
    lane.take()
    lane.on_written(40, 12_345)
    assert both.outcomes == [Delivered(40, 12_345), Delivered(41, 12_345)]


async def test_a_parcel_is_done_when_its_last_record_is():
    done = asyncio.get_running_loop().create_future()
    both = Parcel([OutgoingRecord("t", 0, None, b"", (), 0)] * 2, 0.0, done)
    both.written(0, 1, 5, -1)
    assert not done.done()
    both.failed(1, 2, BrokersUnavailable("gone"))
    assert done.done()
    assert both.outcomes[0] == Delivered(5, 0)
    with pytest.raises(BrokersUnavailable):
        raise both.outcomes[1]


def test_a_refusal_after_a_lost_answer_says_nothing_of_the_first_attempt():
    """As when the right to write is taken away between a batch and its second sending."""
    broker, lane, ids = Broker(), Lane("t", 0), Ids()
    both = parcel(b"a", b"b")
    lane.add(both)
    ids.give(lane)
    broker.produce(lane.take().payload)
    lane.on_lost()
    lane.take()
    lane.on_error(ErrorCode.TOPIC_AUTHORIZATION_FAILED)
    assert broker.log == [b"a", b"b"]
    assert all("is not known" in str(outcome) for outcome in both.outcomes)
    assert lane.producer is None, "its numbers may be in use"


def test_what_is_refused_to_the_writer_is_refused_to_all_its_records_at_once():
    """As when the tenant's storage is full: halves of the batch would be told the same."""
    lane, ids = Lane("t", 0), Ids()
    both = parcel(b"a", b"b")
    lane.add(both)
    ids.give(lane)
    lane.take()
    lane.on_error(ErrorCode.POLICY_VIOLATION, "the tenant has stored 95 % of its storage_bytes")
    assert not lane.waiting
    for outcome in both.outcomes:
        assert isinstance(outcome, Refusal)
        assert "95 % of its storage_bytes (POLICY_VIOLATION)" in outcome.message
