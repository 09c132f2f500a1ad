"""Moving a partition while it serves."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brokers.kernel.errors import ErrorCode, Refusal
from brokers.metadata import reassignment
from tests.unit.metadata.partitions import check_step, ids, partition

KNOWN = ids(1, 2, 3, 4, 5, 6)
targets = st.lists(st.sampled_from(KNOWN), min_size=1, max_size=4, unique=True)


def begin(record, *target):
    return reassignment.begun(record, ids(*target), known=KNOWN, live=KNOWN)


def refused(decide, *args, **kwargs):
    with pytest.raises(Refusal) as caught:
        decide(*args, **kwargs)
    return caught.value.code


def test_new_replicas_come_beside_the_old_ones_which_leave_when_all_are_in_sync():
    moving = begin(partition(), 4, 2, 5)
    assert moving.replicas == (4, 2, 5, 1, 3)
    assert (moving.adding, moving.removing) == ((4, 5), (1, 3))
    assert (moving.leader, moving.isr, moving.leader_epoch) == (1, (1, 2, 3), 5)
    assert reassignment.finished(moving, live=KNOWN) is None
    caught_up = partition((4, 2, 5, 1, 3), adding=(4, 5), removing=(1, 3))
    done = reassignment.finished(caught_up, live=ids(2, 5, 1))
    assert (done.replicas, done.isr, done.leader) == ((4, 2, 5), (4, 2, 5), 2)
    assert done.leader_epoch == 6
    assert not reassignment.is_under_way(done)


def test_cancelling_goes_back():
    moving = begin(partition(), 4, 5)
    back = reassignment.cancelled(moving, live=KNOWN)
    assert set(back.replicas) == {1, 2, 3}
    assert (back.leader, back.adding, back.removing) == (1, (), ())
    code = refused(reassignment.cancelled, back, live=KNOWN)
    assert code is ErrorCode.NO_REASSIGNMENT_IN_PROGRESS


def test_nobody_who_alone_has_everything_is_dropped():
    only_new = partition((4, 1), isr=(4,), leader=4, adding=(4,), removing=(1,))
    code = refused(reassignment.cancelled, only_new, live=KNOWN)
    assert code is ErrorCode.INVALID_REPLICA_ASSIGNMENT
    assert refused(begin, only_new, 5) is ErrorCode.INVALID_REPLICA_ASSIGNMENT
    waiting = partition((4, 1), isr=(), leader=None, eligible_leaders=(4,), adding=(4,))
    code = refused(reassignment.cancelled, waiting, live=KNOWN)
    assert code is ErrorCode.INVALID_REPLICA_ASSIGNMENT


def test_a_reassignment_can_be_replaced_and_what_it_added_leaves():
    moving = partition((4, 1, 2, 3), isr=(4, 1, 2), leader=4, adding=(4,), removing=(3,))
    after = begin(moving, 5, 1, 2)
    assert after.replicas == (5, 1, 2, 3)
    assert (after.isr, after.leader, after.leader_epoch) == ((1, 2), 1, 6)
    assert (after.adding, after.removing) == ((5,), (3,))


@pytest.mark.parametrize("target", [(), (1, 1), (1, 9)])
def test_what_cannot_be_is_refused(target):
    assert refused(begin, partition(), *target) is ErrorCode.INVALID_REPLICA_ASSIGNMENT


@given(targets, targets)
def test_whatever_is_asked_ends_with_just_that(first, second):
    record = partition()
    for target in (first, second):
        begun = begin(record, *target)
        check_step(record, begun)
        assert reassignment.target_of(begun) == tuple(target)
        assert reassignment.original_of(begun) == tuple(
            each for each in begun.replicas if each in record.replicas
        )
        in_sync = partition(
            begun.replicas, leader=begun.leader, adding=begun.adding, removing=begun.removing
        )
        done = reassignment.finished(in_sync, live=KNOWN)
        if done is None:  # Only the order was changed, or nothing.
            assert not reassignment.is_under_way(begun)
            done = begun
        assert (done.replicas, set(done.isr)) == (tuple(target), set(target))
        assert done.leader in target
        record = done
