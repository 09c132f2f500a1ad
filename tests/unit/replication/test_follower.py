"""What a follower does with its leader's answers."""

import pytest

from brokers.kernel.errors import ErrorCode
from brokers.replication.follower import (
    Append,
    AskLater,
    Divergence,
    Follower,
    LeaderAnswer,
    RestartAt,
    Truncate,
)

FOLLOWER = Follower(leader=2, epoch=7)


def decide(code=ErrorCode.NONE, *, start=0, divergence=None, log_end=20, own_end=20):
    answer = LeaderAnswer(code, 15, start, divergence)
    return FOLLOWER.on_answer(answer, log_end=log_end, own_end=own_end)


def test_records_are_appended_and_the_high_watermark_follows():
    assert decide() == Append(15, 0)


@pytest.mark.parametrize(
    ("leaders_end", "own_end", "expected"),
    [(12, 20, 12), (20, 13, 13), (30, 30, 20)],
    ids=["the leader's epoch ended earlier", "this log's did", "never beyond the log end"],
)
def test_where_the_logs_part_it_truncates_to_what_both_have(leaders_end, own_end, expected):
    found = decide(divergence=Divergence(3, leaders_end), own_end=own_end)
    assert found == Truncate(expected)


def test_a_log_that_ends_before_the_leaders_begins_starts_anew():
    assert decide(start=21) == RestartAt(21)
    assert decide(ErrorCode.OFFSET_OUT_OF_RANGE, start=21) == RestartAt(21)


def test_nothing_is_dropped_for_an_error_that_says_nothing_about_the_log():
    for code in (ErrorCode.OFFSET_OUT_OF_RANGE, ErrorCode.KAFKA_STORAGE_ERROR):
        assert isinstance(decide(code), AskLater)


@pytest.mark.parametrize(
    "code",
    [ErrorCode.NOT_LEADER_OR_FOLLOWER, ErrorCode.FENCED_LEADER_EPOCH,
     ErrorCode.UNKNOWN_LEADER_EPOCH, ErrorCode.UNKNOWN_TOPIC_ID],
)  # fmt: skip
def test_a_leader_that_contradicts_the_image_is_a_reason_to_read_the_metadata(code):
    decision = decide(code)
    assert isinstance(decision, AskLater)
    assert decision.catch_up
