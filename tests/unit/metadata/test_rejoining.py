"""A broker starts again: what becomes of its partitions (rule 7)."""

import pytest

from brokers.metadata.rejoining import Restart, rejoined
from tests.unit.metadata.partitions import ids, partition


def rejoin(record, *, is_clean=False, has_its_volume=True, is_synced=True, number=1):
    restart = Restart(number, is_clean=is_clean, has_its_volume=has_its_volume)
    return rejoined(record, restart, is_synced=is_synced, live=ids(1, 2, 3), minimum=2)


@pytest.mark.parametrize("is_clean", [True, False])
def test_a_synced_leader_stays_and_its_epochs_rise_clean_or_not(is_clean):
    after = rejoin(partition(), is_clean=is_clean)
    assert (after.leader, after.isr) == (1, (1, 2, 3))
    assert (after.leader_epoch, after.partition_epoch) == (6, 8)


def test_a_synced_follower_stays_as_it_is():
    assert rejoin(partition(), number=2) is None


@pytest.mark.parametrize("number", [1, 2])
def test_on_another_volume_nothing_is_left(number):
    after = rejoin(partition(), number=number, has_its_volume=False, is_clean=True)
    assert number not in after.isr
    assert after.leader not in (None, number)


def test_an_unclean_stop_may_have_taken_what_was_not_synced():
    assert rejoin(partition(), is_synced=False).isr == (2, 3)
    assert rejoin(partition(), is_synced=False, is_clean=True).isr == (1, 2, 3)
    eligible = partition(isr=(2,), leader=2, eligible_leaders=(1,))
    assert rejoin(eligible, is_synced=False).eligible_leaders == ()


def test_an_only_replica_is_all_there_is():
    after = rejoin(partition((1,)), is_synced=False)
    assert (after.leader, after.isr, after.leader_epoch) == (1, (1,), 6)


def test_what_waited_for_it_is_led_again():
    waiting = partition(isr=(), leader=None, eligible_leaders=(1,))
    assert rejoin(waiting).leader == 1
    assert rejoin(waiting, has_its_volume=False).leader is None
