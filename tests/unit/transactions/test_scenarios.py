"""Transactions as clients of both generations see them, step by step."""

import pytest

from brokers.kernel.errors import ErrorCode
from brokers.kernel.limits import TRANSACTION_PARTITIONS_MAX
from brokers.transactions.coordinator import EXPIRY_INTERVAL_MS, ID_EXPIRATION_MS
from brokers.transactions.effects import IdExpiry, TransactionTimeout
from brokers.transactions.initializing import TIMEOUT_MS_MAX, fault
from brokers.transactions.records import state_record
from brokers.transactions.requests import InitProducerId, ListTransactions
from brokers.transactions.state import (
    EPOCH_MAX,
    NO_PRODUCER,
    Producer,
    Transaction,
    TransactionPartition,
    TransactionState,
)
from tests.unit.transactions.harness import ID, NEW, OLD, A, B, Coordination

NONE = ErrorCode.NONE
CONCURRENT = ErrorCode.CONCURRENT_TRANSACTIONS
FENCED = ErrorCode.PRODUCER_FENCED
INVALID_STATE = ErrorCode.INVALID_TXN_STATE
UNMAPPED = ErrorCode.INVALID_PRODUCER_ID_MAPPING


@pytest.fixture
def coordination() -> Coordination:
    return Coordination()


def initialized(coordination: Coordination) -> Producer:
    answer = coordination.init()
    assert answer.error is NONE
    return answer.producer


def at_epoch(coordination: Coordination, epoch: int) -> Producer:
    """A producer that has come this far, and nobody else."""
    producer = Producer(7, epoch)
    record = state_record(ID, Transaction(producer, TransactionState.EMPTY, 60_000, 0))
    coordination.machine.replay(record)
    return producer


# Begin, write, end.


@pytest.mark.parametrize("generation", [OLD, NEW])
@pytest.mark.parametrize("commit", [True, False])
def test_a_transaction_from_beginning_to_end(coordination, generation, commit):
    producer = initialized(coordination)
    assert coordination.state == "Empty"
    assert coordination.add(producer, A) is NONE
    assert coordination.add(producer, A, B) is NONE
    assert coordination.state == "Ongoing"
    answer = coordination.end(producer, commit, generation)
    assert answer.error is NONE
    assert coordination.state == ("PrepareCommit" if commit else "PrepareAbort")
    (markers,) = coordination.write_markers()
    assert (markers.commit, markers.partitions) == (commit, {A, B})
    assert coordination.state == ("CompleteCommit" if commit else "CompleteAbort")
    assert coordination.add(answer.producer, B) is NONE


def test_an_old_client_keeps_its_epoch_and_a_new_one_gets_the_next(coordination):
    producer = initialized(coordination)
    for _ in range(3):
        coordination.add(producer, A)
        assert coordination.end(producer, True, OLD).producer == producer
        (markers,) = coordination.write_markers()
        assert (markers.producer, markers.transaction_version) == (producer, 0)
    for epoch in range(1, 4):
        coordination.add(producer, A)
        answer = coordination.end(producer, True, NEW)
        (markers,) = coordination.write_markers()
        assert answer.producer == (producer.id, epoch) == markers.producer
        assert markers.transaction_version == 2
        producer = answer.producer


def test_nothing_else_begins_before_every_partition_has_its_marker(coordination):
    producer = initialized(coordination)
    coordination.add(producer, A, B)
    coordination.end(producer, True)
    (markers,) = coordination.markers
    coordination.acknowledge(markers, A)
    assert coordination.add(producer, A) is CONCURRENT
    assert coordination.init().error is CONCURRENT
    assert coordination.verify(producer, A) == {A: CONCURRENT}
    coordination.acknowledge(markers, A)
    assert coordination.state == "PrepareCommit"
    coordination.acknowledge(markers, B)
    assert coordination.state == "CompleteCommit"


def test_an_acknowledgement_of_an_earlier_ending_counts_for_nothing(coordination):
    """An old client ends many transactions as the same producer."""
    producer = initialized(coordination)
    coordination.add(producer, A)
    coordination.end(producer, True)
    (first,) = coordination.write_markers()
    coordination.add(producer, A)
    coordination.end(producer, False)
    coordination.acknowledge(first, A)
    assert coordination.state == "PrepareAbort"


def test_records_are_verified_against_what_was_added(coordination):
    producer = initialized(coordination)
    assert coordination.verify(producer, A) == {A: ErrorCode.TRANSACTION_ABORTABLE}
    coordination.add(producer, A)
    assert coordination.verify(producer, A, B) == {A: NONE, B: ErrorCode.TRANSACTION_ABORTABLE}
    assert coordination.verify(producer, B, version=4) == {B: INVALID_STATE}
    stranger, earlier = Producer(1, 0), Producer(producer.id, producer.epoch - 1)
    assert coordination.verify(stranger, A) == {A: UNMAPPED}
    assert coordination.verify(earlier, A) == {A: FENCED}
    made_again = TransactionPartition(bytes(16), A.topic, A.partition)
    assert coordination.verify(producer, made_again) == {
        made_again: ErrorCode.TRANSACTION_ABORTABLE
    }


def test_an_unknown_id_and_a_foreign_producer_are_answered_alike(coordination):
    absent = [
        coordination.add(Producer(5, 0), A),
        coordination.end(Producer(5, 0), True, OLD).error,
        coordination.end(Producer(5, 0), True, NEW).error,
        coordination.verify(Producer(5, 0), A)[A],
    ]
    initialized(coordination)
    foreign = [
        coordination.add(Producer(5, 0), A),
        coordination.end(Producer(5, 0), True, OLD).error,
        coordination.end(Producer(5, 0), True, NEW).error,
        coordination.verify(Producer(5, 0), A)[A],
    ]
    assert absent == foreign == [UNMAPPED] * 4


def test_a_transaction_of_too_many_partitions_is_refused_before_it_cannot_be_kept(coordination):
    producer = initialized(coordination)
    topic_id = bytes(range(16))
    many = [
        TransactionPartition(topic_id, "t" * 249, n) for n in range(TRANSACTION_PARTITIONS_MAX + 1)
    ]
    assert coordination.add(producer, *many) is ErrorCode.INVALID_REQUEST
    assert coordination.add(producer, *many[1:]) is NONE
    assert coordination.add(producer, many[0]) is ErrorCode.INVALID_REQUEST
    assert coordination.end(producer, True).error is NONE


# Retries.


@pytest.mark.parametrize("generation", [OLD, NEW])
@pytest.mark.parametrize("commit", [True, False])
def test_a_retried_end_is_answered_as_the_first(coordination, generation, commit):
    producer = initialized(coordination)
    coordination.add(producer, A)
    first = coordination.end(producer, commit, generation)
    for fail_over in (False, True):
        if fail_over:
            coordination.fail_over()
        assert coordination.end(producer, commit, generation).error is CONCURRENT
        assert coordination.end(producer, not commit, generation).error is INVALID_STATE
    coordination.write_markers()
    for fail_over in (False, True):
        if fail_over:
            coordination.fail_over()
        assert coordination.end(producer, commit, generation) == first
        assert coordination.end(producer, not commit, generation).error is INVALID_STATE


def test_a_delayed_end_of_a_new_client_never_hits_a_later_transaction(coordination):
    producer = initialized(coordination)
    coordination.add(producer, A)
    later = coordination.end(producer, False, NEW).producer
    coordination.write_markers()
    coordination.add(later, A)
    for commit in (True, False):
        assert coordination.end(producer, commit, NEW).error is FENCED
    assert coordination.state == "Ongoing"
    latest = coordination.end(later, True, NEW).producer
    assert coordination.end(producer, False, NEW).error is FENCED
    coordination.write_markers()
    assert coordination.end(producer, False, NEW).error is FENCED
    assert coordination.end(later, True, NEW).producer == latest


@pytest.mark.parametrize("generation", [OLD, NEW])
def test_nobodys_producer_is_no_retry_of_what_nobody_may_retry(coordination, generation):
    producer = initialized(coordination)
    coordination.add(producer, A)
    coordination.time_out()
    for marked in (False, True):
        if marked:
            coordination.write_markers()
        assert coordination.end(NO_PRODUCER, False, generation).error is UNMAPPED


def test_the_two_protocols_do_not_take_each_others_end_for_a_retry(coordination):
    producer = initialized(coordination)
    coordination.add(producer, A)
    bumped = coordination.end(producer, True, NEW).producer
    coordination.write_markers()
    assert coordination.end(bumped, True, OLD).error is INVALID_STATE
    assert coordination.end(producer, True, OLD).error is FENCED
    coordination.add(bumped, A)
    coordination.end(bumped, True, OLD)
    coordination.write_markers()
    assert coordination.end(bumped, True, NEW).error is INVALID_STATE
    assert coordination.end(producer, True, NEW).error is FENCED


def test_only_a_new_client_may_end_what_never_began(coordination):
    producer = initialized(coordination)
    assert coordination.end(producer, True, OLD).error is INVALID_STATE
    assert coordination.end(producer, False, OLD).error is INVALID_STATE
    assert coordination.end(producer, True, NEW).error is INVALID_STATE
    first = coordination.end(producer, False, NEW)
    assert (first.error, first.producer) == (NONE, (producer.id, 1))
    assert coordination.end(producer, False, NEW) == first
    assert coordination.markers == []
    assert coordination.state == "CompleteAbort"


# Somebody else, and oneself again.


@pytest.mark.parametrize("generation", [OLD, NEW])
def test_a_second_instance_fences_the_first_and_aborts_what_it_left(coordination, generation):
    zombie = initialized(coordination)
    coordination.add(zombie, A)
    assert coordination.init().error is CONCURRENT
    (markers,) = coordination.markers
    assert not markers.commit
    assert markers.producer == (zombie.id, zombie.epoch + 1)
    assert coordination.init().error is CONCURRENT
    coordination.write_markers()
    heir = initialized(coordination)
    assert heir == (zombie.id, zombie.epoch + 2)
    assert coordination.add(zombie, B) is FENCED
    assert coordination.verify(zombie, A) == {A: FENCED}
    for commit in (True, False):
        assert coordination.end(zombie, commit, generation).error is FENCED
    assert coordination.init(zombie).error is FENCED
    assert coordination.add(heir, A) is NONE
    assert coordination.init(zombie).error is FENCED
    assert coordination.state == "Ongoing"


@pytest.mark.parametrize("generation", [OLD, NEW])
def test_a_fenced_producer_is_never_given_the_epoch_that_fences_it(coordination, generation):
    zombie = initialized(coordination)
    coordination.add(zombie, A)
    coordination.init()
    for marked in (False, True):
        if marked:
            coordination.write_markers()
        assert coordination.end(zombie, True, generation).error is FENCED
        assert coordination.end(zombie, False, generation).error is FENCED
        assert coordination.init(zombie).error is FENCED


def test_a_producer_that_goes_on_as_itself_gets_the_next_epoch_once(coordination):
    """KIP-360: the retry of a lost answer brings the same producer, also after a fail-over."""
    producer = initialized(coordination)
    after = coordination.init(producer).producer
    assert after == (producer.id, 1)
    coordination.fail_over()
    assert coordination.init(producer).producer == after
    assert coordination.init(after).producer == (producer.id, 2)
    assert coordination.init(producer).error is FENCED


def test_a_request_of_before_the_transaction_comes_too_late(coordination):
    """Its answer was received, or the transaction would not have begun as this producer."""
    earlier = initialized(coordination)
    producer = coordination.init(earlier).producer
    coordination.add(producer, A)
    assert coordination.init(earlier).error is FENCED
    coordination.end(producer, True, OLD)
    coordination.write_markers()
    assert coordination.init(earlier).error is FENCED
    assert coordination.end(producer, True, OLD).error is NONE


def test_a_producer_may_give_up_its_own_transaction(coordination):
    producer = initialized(coordination)
    coordination.add(producer, A)
    assert coordination.init(producer).error is CONCURRENT
    coordination.write_markers()
    assert coordination.init(producer).producer == (producer.id, 1)
    assert coordination.end(producer, True, OLD).error is FENCED


@pytest.mark.parametrize(("version", "code"), [(3, ErrorCode.INVALID_PRODUCER_EPOCH), (4, FENCED)])
def test_older_clients_are_told_so_in_words_they_know(coordination, version, code):
    zombie = initialized(coordination)
    initialized(coordination)
    assert coordination.init(zombie, version=version).error is code
    assert coordination.add(zombie, A, version=version - 2) is code
    assert coordination.end(zombie, True, version - 2).error is code


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        (InitProducerId("", 1, 5), ErrorCode.INVALID_REQUEST),
        (InitProducerId(ID, 0, 5), ErrorCode.INVALID_TRANSACTION_TIMEOUT),
        (InitProducerId(ID, TIMEOUT_MS_MAX + 1, 5), ErrorCode.INVALID_TRANSACTION_TIMEOUT),
        (InitProducerId(ID, TIMEOUT_MS_MAX, 5), NONE),
        (
            InitProducerId(ID, 1, 6, enable_two_phase_commit=True),
            ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED,
        ),
        (InitProducerId(ID, 1, 6, keep_prepared=True), ErrorCode.UNSUPPORTED_VERSION),
    ],
)
def test_what_cannot_be_asked_for(request_, code):
    assert fault(request_) is code


# The last epochs of a producer id.


def test_used_up_epochs_bring_a_new_producer_id(coordination):
    producer = at_epoch(coordination, EPOCH_MAX - 1)
    last = coordination.init(producer).producer
    assert last == (7, EPOCH_MAX)
    fresh = coordination.init(last).producer
    assert fresh == (1000, 0)
    assert coordination.init(last).producer == fresh
    assert coordination.init().producer == (1000, 1)
    assert coordination.init(last).error is FENCED


def test_a_transaction_at_the_last_epoch_is_followed_by_a_new_producer_id(coordination):
    last = at_epoch(coordination, EPOCH_MAX)
    coordination.add(last, A)
    answer = coordination.end(last, True, NEW)
    assert answer.producer == (1000, 0)
    assert coordination.add(answer.producer, A) is CONCURRENT
    assert coordination.init(answer.producer).error is CONCURRENT
    coordination.fail_over()
    (markers,) = coordination.write_markers()
    assert markers.producer == (7, EPOCH_MAX + 1)
    assert coordination.end(last, True, NEW) == answer
    assert coordination.add(last, A) is UNMAPPED
    assert coordination.add(answer.producer, A) is NONE


def test_the_epoch_that_fences_the_last_one_is_never_given_out(coordination):
    last = at_epoch(coordination, EPOCH_MAX)
    coordination.add(last, A)
    assert coordination.init(last).error is CONCURRENT
    (markers,) = coordination.write_markers()
    assert markers.producer == (7, EPOCH_MAX + 1)
    assert coordination.add(markers.producer, A) is FENCED
    assert coordination.end(markers.producer, False, NEW).error is FENCED
    fresh = coordination.init(last).producer
    assert (fresh.id != 7, fresh.epoch) == (True, 0)
    assert coordination.init(last).producer == fresh


def test_without_a_producer_id_in_reserve_the_client_comes_back(coordination):
    request = InitProducerId(ID, 60_000, 5)
    answer = coordination.carry_out(
        coordination.machine.init_producer_id(request, 1, coordination.now, None)
    )
    assert (answer.error, answer.producer) == (ErrorCode.COORDINATOR_LOAD_IN_PROGRESS, NO_PRODUCER)
    assert coordination.log == []


# Time.


@pytest.mark.parametrize("generation", [OLD, NEW])
def test_a_transaction_that_takes_too_long_is_aborted_and_its_producer_fenced(
    coordination, generation
):
    producer = initialized(coordination)
    coordination.add(producer, A)
    coordination.now_ms += 30_000
    coordination.add(producer, B)
    assert coordination.timers[TransactionTimeout(ID)] == 60_000
    coordination.time_out()
    assert coordination.state == "PrepareAbort"
    assert coordination.end(producer, True, generation).error is FENCED
    (markers,) = coordination.write_markers()
    assert (markers.commit, markers.producer) == (False, (producer.id, 1))
    assert coordination.end(producer, True, generation).error is FENCED
    assert coordination.init().producer == (producer.id, 2)


def test_what_has_ended_does_not_time_out(coordination):
    producer = initialized(coordination)
    coordination.add(producer, A)
    coordination.end(producer, True)
    assert TransactionTimeout(ID) not in coordination.timers
    late = coordination.machine.fired(TransactionTimeout(ID), coordination.now)
    assert (late.records, late.effects) == ((), ())


def test_ids_that_nobody_has_used_for_a_week_are_forgotten(coordination):
    producer = initialized(coordination)
    coordination.add(producer, A)
    coordination.now_ms += ID_EXPIRATION_MS
    coordination.carry_out(coordination.machine.fired(IdExpiry(), coordination.now))
    assert coordination.state == "Ongoing"
    assert coordination.timers[IdExpiry()] == coordination.now_ms + EXPIRY_INTERVAL_MS
    coordination.end(producer, True)
    coordination.write_markers()
    coordination.now_ms += ID_EXPIRATION_MS - 1
    coordination.carry_out(coordination.machine.fired(IdExpiry(), coordination.now))
    assert coordination.state == "CompleteCommit"
    coordination.now_ms += 1
    coordination.carry_out(coordination.machine.fired(IdExpiry(), coordination.now))
    assert coordination.state == "gone"
    assert coordination.log[-1][1] is None
    coordination.fail_over()
    assert coordination.add(producer, A) is UNMAPPED


# The coordinator starts again.


def test_what_was_prepared_is_finished_by_the_next_coordinator(coordination):
    producer = initialized(coordination)
    coordination.add(producer, A, B)
    coordination.end(producer, True)
    (before,) = coordination.markers
    coordination.acknowledge(before, A)
    coordination.fail_over()
    (markers,) = coordination.markers
    assert (markers.commit, markers.partitions) == (True, {A, B})
    assert markers.coordinator_epoch == before.coordinator_epoch + 1
    coordination.write_markers()
    assert coordination.state == "CompleteCommit"


def test_what_was_ongoing_gets_its_time_anew(coordination):
    producer = initialized(coordination)
    coordination.add(producer, A)
    coordination.now_ms += 50_000
    coordination.fail_over()
    assert coordination.timers[TransactionTimeout(ID)] == 110_000
    assert coordination.end(producer, True).error is NONE


# Looking.


def test_describing_and_listing(coordination):
    machine = coordination.machine

    def listed(**filters):
        request = ListTransactions(**({"id_prefix": ID[:33]} | filters))
        answer = coordination.carry_out(machine.list_transactions(request, 1, coordination.now))
        return [each.transactional_id for each in answer]

    absent = coordination.carry_out(machine.describe(ID, 1))
    assert absent is ErrorCode.TRANSACTIONAL_ID_NOT_FOUND
    producer = initialized(coordination)
    assert listed() == [ID]
    assert listed(duration_ms=0) == []
    coordination.add(producer, A)
    coordination.now_ms += 5_000
    found = coordination.carry_out(machine.describe(ID, 1))
    assert (found.state.title, found.producer, found.partitions) == ("Ongoing", producer, {A})
    assert (found.timeout_ms, found.started_ms) == (60_000, coordination.now.wall_ms - 5_000)
    assert listed(id_prefix="f" * 32 + "/") == []
    assert listed(states=frozenset({TransactionState.ONGOING})) == [ID]
    assert listed(states=frozenset({TransactionState.EMPTY})) == []
    assert listed(producer_ids=frozenset({producer.id})) == [ID]
    assert listed(producer_ids=frozenset({5})) == []
    assert listed(duration_ms=4_999) == [ID]
    assert listed(duration_ms=5_000) == []
