"""What is told from a consumer's own commits: an administrator's tool that moves a group."""

import pytest

from brokers.groups.offset_requests import CommitOffsets, NewOffset, OffsetMove
from brokers.groups.offset_resets import reset_by
from brokers.groups.offsets import Committed
from brokers.kernel.errors import ErrorCode

FIRST, SECOND, THIRD = (("flights", index) for index in range(3))
COMMITTED = {
    FIRST: Committed(100, -1, "", 0, -1, 1),
    SECOND: Committed(50, -1, "", 0, -1, 2),
}


def asked(offsets, **changes) -> CommitOffsets:
    """A commit by nobody's member, as AdminClient sends it."""
    who = {"member_id": "", "instance_id": None, "generation": -1, **changes}
    rows = [NewOffset(place, offset, -1, "") for place, offset in offsets.items()]
    return CommitOffsets(group_id="g", offsets=rows, at_ms=0, **who)


def reset(request, *, had_members, codes=None):
    codes = codes or [ErrorCode.NONE] * len(request.offsets)
    return reset_by(request, codes, COMMITTED, had_members=had_members)


@pytest.mark.parametrize("to", [0, 99, 101, 10_000])
def test_whoever_is_no_member_resets_what_members_read(to):
    moves = [OffsetMove(FIRST, 100, to)]
    assert reset(asked({FIRST: to}), had_members=True) == moves


def test_a_partition_without_an_offset_is_moved_from_nowhere():
    moves = [OffsetMove(THIRD, None, 7)]
    assert reset(asked({THIRD: 7}), had_members=True) == moves
    assert reset(asked({THIRD: 7}), had_members=False) == []


def test_a_consumer_that_assigns_itself_reads_on():
    assert reset(asked({FIRST: 101, SECOND: 51, THIRD: 1}), had_members=False) == []


def test_what_goes_back_is_a_reset_with_all_else_that_the_request_moves():
    request = asked({FIRST: 99, SECOND: 60, THIRD: 0})
    assert reset(request, had_members=False) == [
        OffsetMove(FIRST, 100, 99),
        OffsetMove(SECOND, 50, 60),
        OffsetMove(THIRD, None, 0),
    ]


@pytest.mark.parametrize("had_members", [True, False])
def test_what_stays_where_it_is_was_not_moved(had_members):
    assert reset(asked({FIRST: 100, SECOND: 50}), had_members=had_members) == []


def test_what_was_refused_was_not_moved():
    codes = [ErrorCode.OFFSET_METADATA_TOO_LARGE, ErrorCode.NONE]
    request = asked({FIRST: 0, SECOND: 60})
    assert reset(request, had_members=True, codes=codes) == [OffsetMove(SECOND, 50, 60)]
    assert reset(request, had_members=False, codes=codes) == []


@pytest.mark.parametrize(
    "member",
    [
        {"member_id": "m", "generation": 3},
        {"member_id": "m"},
        {"generation": 3},
        {"instance_id": "i"},
    ],
    ids=str,
)
def test_members_may_go_back_and_reset_nothing(member):
    assert reset(asked({FIRST: 0}, **member), had_members=True) == []
