"""A leader's proposal is refused for each reason by itself."""

import pytest

from brokers.kernel.errors import ErrorCode, Refusal
from brokers.metadata.isr_proposals import accepted
from tests.unit.metadata.partitions import broker, partition


def propose(**changed):
    given = {
        "leader": 1,
        "leader_epoch": 5,
        "partition_epoch": 7,
        "isr": [(1, 1), (2, 1), (3, 4)],
        "brokers": {1: broker(1), 2: broker(2), 3: broker(3, incarnation=4)},
        "minimum": 2,
    }
    return accepted(partition(isr=(1, 2)), **(given | changed))


def test_a_member_joins_in_the_incarnation_that_was_seen():
    after = propose()
    assert (after.isr, after.partition_epoch, after.leader_epoch) == ((1, 2, 3), 8, 5)


def test_members_that_stay_are_not_asked_for_their_incarnation():
    fenced = {1: broker(1, incarnation=9), 2: broker(2, fenced=True), 3: broker(3, incarnation=4)}
    assert propose(brokers=fenced).isr == (1, 2, 3)


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"leader": 2}, ErrorCode.FENCED_LEADER_EPOCH),
        ({"leader_epoch": 4}, ErrorCode.FENCED_LEADER_EPOCH),
        ({"leader_epoch": 6}, ErrorCode.FENCED_LEADER_EPOCH),
        ({"partition_epoch": 6}, ErrorCode.INVALID_UPDATE_VERSION),
        ({"partition_epoch": 8}, ErrorCode.INVALID_UPDATE_VERSION),
        ({"isr": [(2, 1)]}, ErrorCode.INVALID_REQUEST),
        ({"isr": [(1, 1), (4, 1)]}, ErrorCode.INVALID_REQUEST),
        ({"isr": [(1, 1), (3, 3)]}, ErrorCode.INELIGIBLE_REPLICA),
        ({"brokers": {3: broker(3, incarnation=4, fenced=True)}}, ErrorCode.INELIGIBLE_REPLICA),
        ({"brokers": {}}, ErrorCode.INELIGIBLE_REPLICA),
    ],
)
def test_what_does_not_fit_is_refused(changed, code):
    with pytest.raises(Refusal) as caught:
        propose(**changed)
    assert caught.value.code is code
