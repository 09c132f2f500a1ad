"""When a leader that hears nothing sends its clients elsewhere."""

from itertools import count

from brokers.replication.doubt import STALLED_MS_MAX, Doubt

STEP_MS = 250


def looks(doubt: Doubt, times: int, clock: "count[int]", **seen: object) -> list[bool]:
    """What each of so many looks said, one every quarter of a second."""
    given: dict = {
        "high_watermark": 5, "log_end": 6, "is_followed": False, "store_answers": False, **seen
    }  # fmt: skip
    return [doubt.look(now_ms=next(clock), **given) for _ in range(times)]


ENOUGH = STALLED_MS_MAX // STEP_MS + 2


def test_it_takes_a_stall_and_a_store_that_is_away() -> None:
    for seen in ({"store_answers": True}, {"log_end": 5}, {"is_followed": True}):
        doubt = Doubt()
        assert not any(looks(doubt, 2 * ENOUGH, count(0, STEP_MS), **seen))
        assert not doubt.is_justified


def test_a_stall_justifies_doubt_once_and_not_before_its_time() -> None:
    doubt, clock = Doubt(), count(0, STEP_MS)
    said = looks(doubt, 2 * ENOUGH, clock)
    assert said.count(True) == 1
    assert STALLED_MS_MAX // STEP_MS < said.index(True) <= ENOUGH
    assert doubt.is_justified


def test_what_is_committed_slowly_is_no_stall() -> None:
    doubt, clock = Doubt(), count(0, STEP_MS)
    for high_watermark in range(4):
        seen = {"high_watermark": high_watermark}
        assert not any(looks(doubt, STALLED_MS_MAX // STEP_MS, clock, **seen))


def test_the_store_s_answer_and_a_full_commit_end_it() -> None:
    for seen in ({"store_answers": True}, {"high_watermark": 6}, {"is_followed": True}):
        doubt, clock = Doubt(), count(0, STEP_MS)
        looks(doubt, ENOUGH, clock)
        assert doubt.is_justified
        looks(doubt, 1, clock, **seen)
        assert not doubt.is_justified


def test_a_store_that_went_away_long_after_the_stall_began() -> None:
    doubt, clock = Doubt(), count(0, STEP_MS)
    looks(doubt, ENOUGH, clock, store_answers=True)
    assert looks(doubt, 1, clock) == [True]
