"""Who leads and who is in sync, decision by decision; ``test_election_model`` mixes them."""

import pytest

from brokers.kernel.errors import ErrorCode, Refusal
from brokers.metadata import election
from tests.unit.metadata.partitions import check_step, ids, partition


def refused(decide, *args, **kwargs):
    with pytest.raises(Refusal) as caught:
        decide(*args, **kwargs)
    return caught.value.code


def given_up(record, broker, **epochs):
    asked = {"leader_epoch": record.leader_epoch, "partition_epoch": record.partition_epoch}
    return election.given_up(record, broker, **asked | epochs, live=ids(1, 2, 3), minimum=2)


class TestMinimum:
    @pytest.mark.parametrize(
        ("configured", "replicas", "expected"),
        [(1, (1, 2, 3), 1), (2, (1, 2, 3), 2), (2, (1,), 1), (9, (1, 2), 2)],
    )
    def test_it_is_never_more_than_there_are_replicas(self, configured, replicas, expected):
        assert election.effective_minimum(configured, ids(*replicas)) == expected

    def test_replicas_that_are_being_added_do_not_count(self):
        record = partition((1, 2), isr=(1,), adding=(2,), removing=(1,))
        assert election.minimum_of(record, 2) == 1


class TestWithout:
    def test_a_leader_is_followed_by_the_next_in_sync(self):
        before = partition()
        after = election.without(before, 1, live=ids(2, 3), minimum=2)
        assert (after.leader, after.isr, after.eligible_leaders) == (2, (2, 3), ())
        assert (after.leader_epoch, after.partition_epoch) == (6, 8)

    def test_a_follower_leaves_and_the_leader_stays_at_its_epoch(self):
        after = election.without(partition(), 3, live=ids(1, 2), minimum=2)
        assert (after.leader, after.leader_epoch, after.isr) == (1, 5, (1, 2))
        assert after.partition_epoch == 8

    def test_below_the_minimum_whoever_leaves_stays_eligible(self):
        one_left = election.without(partition(isr=(1, 2)), 2, live=ids(1, 3), minimum=2)
        assert (one_left.isr, one_left.eligible_leaders) == ((1,), (2,))
        none_left = election.without(one_left, 1, live=ids(3), minimum=2)
        assert (none_left.leader, none_left.isr) == (None, ())
        assert none_left.eligible_leaders == (2, 1)
        assert none_left.leader_epoch == one_left.leader_epoch + 1

    def test_who_is_not_in_sync_changes_nothing(self):
        assert election.without(partition(isr=(1, 2)), 3, live=ids(1, 2), minimum=2) is None


class TestElected:
    def test_the_killed_replicas_of_a_partition_lead_again_when_they_return(self):
        record = partition(isr=(), leader=None, eligible_leaders=(2, 3))
        assert election.elected(record, live=ids(1), minimum=2) is None
        after = election.elected(record, live=ids(1, 3), minimum=2)
        assert (after.leader, after.isr, after.eligible_leaders) == (3, (3,), (2,))
        check_step(record, after)

    def test_an_only_replica_leads_again(self):
        gone = election.without(partition((1,)), 1, live=(), minimum=1)
        assert (gone.leader, gone.isr, gone.eligible_leaders) == (None, (), (1,))
        back = election.elected(gone, live=ids(1), minimum=1)
        assert (back.leader, back.isr, back.eligible_leaders) == (1, (1,), ())

    def test_with_enough_in_sync_nobody_else_stays_eligible(self):
        record = partition(isr=(), leader=None, eligible_leaders=(2, 3))
        assert election.elected(record, live=ids(2), minimum=1).eligible_leaders == ()

    def test_who_may_lack_records_is_never_elected(self):
        record = partition(isr=(), leader=None, eligible_leaders=(2,))
        assert election.elected(record, live=ids(1, 3), minimum=2) is None


class TestLost:
    def test_it_is_neither_in_sync_nor_eligible(self):
        record = partition(isr=(1,), eligible_leaders=(2,))
        after = election.lost(record, 2, live=ids(1, 2, 3), minimum=2)
        assert (after.leader, after.isr, after.eligible_leaders) == (1, (1,), ())
        assert election.lost(after, 2, live=ids(1, 2, 3), minimum=2) is None

    def test_a_leader_that_lost_records_is_followed_by_who_is_eligible(self):
        record = partition(isr=(1,), eligible_leaders=(2,))
        after = election.lost(record, 1, live=ids(1, 2, 3), minimum=2)
        assert (after.leader, after.isr, after.leader_epoch) == (2, (2,), 6)

    def test_with_nobody_left_the_partition_waits(self):
        after = election.lost(partition(isr=(1,)), 1, live=ids(1, 2, 3), minimum=1)
        assert (after.leader, after.isr, after.eligible_leaders) == (None, (), ())


@pytest.mark.parametrize("isr", [(1, 2), (1, 2, 3)])
def test_giving_up_is_a_new_leader_epoch_even_for_who_is_not_in_sync(isr):
    after = given_up(partition(isr=isr), 3)
    assert (after.leader, after.isr) == (1, (1, 2))
    assert (after.leader_epoch, after.partition_epoch) == (6, 8)


def test_of_two_that_give_up_by_what_they_saw_at_once_the_second_is_refused():
    seen = partition(isr=(1, 2))
    assert all(election.others_are_complete(seen, each) for each in (1, 2))
    after = given_up(seen, 1)
    assert (after.leader, after.isr) == (2, (2,))
    epochs = {"leader_epoch": seen.leader_epoch, "partition_epoch": seen.partition_epoch}
    assert refused(given_up, after, 2, **epochs) is ErrorCode.FENCED_LEADER_EPOCH
    assert not election.others_are_complete(after, 2)


def test_giving_up_is_refused_at_another_partition_epoch_and_without_a_replica():
    assert refused(given_up, partition(), 3, partition_epoch=6) is ErrorCode.INVALID_UPDATE_VERSION
    assert refused(given_up, partition(), 4) is ErrorCode.INVALID_REQUEST


def test_a_new_incarnation_leads_at_an_epoch_of_its_own():
    after = election.begun_anew(partition(), 1)
    assert (after.leader, after.leader_epoch, after.partition_epoch) == (1, 6, 8)
    assert election.begun_anew(partition(), 2) is None


def test_leadership_moves_to_who_is_in_sync_and_alive():
    after = election.moved_to(partition(), 2, live=ids(1, 2))
    assert (after.leader, after.leader_epoch, after.isr) == (2, 6, (1, 2, 3))
    unavailable = ErrorCode.PREFERRED_LEADER_NOT_AVAILABLE
    assert refused(election.moved_to, partition(), 3, live=ids(1, 2)) is unavailable
    out_of_sync = partition(isr=(1, 2))
    assert refused(election.moved_to, out_of_sync, 3, live=ids(1, 2, 3)) is unavailable
    needless = ErrorCode.ELECTION_NOT_NEEDED
    assert refused(election.moved_to, partition(), 1, live=ids(1)) is needless


def test_an_unclean_election_is_the_last_resort():
    record = partition(isr=(), leader=None)
    after = election.elected_uncleanly(record, 2, live=ids(2))
    assert (after.leader, after.isr, after.leader_epoch) == (2, (2,), 6)
    for asked, number, live, code in (
        (partition(), 2, ids(2), ErrorCode.ELECTION_NOT_NEEDED),
        (record, 4, ids(4), ErrorCode.INVALID_REPLICA_ASSIGNMENT),
        (record, 3, ids(2), ErrorCode.BROKER_NOT_AVAILABLE),
    ):
        assert refused(election.elected_uncleanly, asked, number, live=live) is code


class TestWithIsr:
    def test_an_unchanged_set_is_a_new_partition_epoch(self):
        after = election.with_isr(partition(), ids(3, 1, 2), minimum=2)
        assert (after.isr, after.partition_epoch, after.leader_epoch) == ((1, 2, 3), 8, 5)

    def test_below_the_minimum_those_who_leave_are_eligible(self):
        after = election.with_isr(partition(), ids(1), minimum=2)
        assert after.eligible_leaders == (2, 3)

    def test_at_the_minimum_nobody_is(self):
        record = partition(isr=(1,), eligible_leaders=(2,))
        assert election.with_isr(record, ids(1, 3), minimum=2).eligible_leaders == ()


def test_another_minimum_is_another_partition_epoch():
    record = partition(isr=(1,), eligible_leaders=(2,))
    raised = election.with_minimum(record, minimum=2)
    assert (raised.partition_epoch, raised.eligible_leaders) == (8, (2,))
    lowered = election.with_minimum(record, minimum=1)
    assert (lowered.partition_epoch, lowered.eligible_leaders) == (8, ())
    leaderless = partition(isr=(), leader=None, eligible_leaders=(1, 2))
    assert election.with_minimum(leaderless, minimum=1).eligible_leaders == (1, 2)
