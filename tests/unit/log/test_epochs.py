"""Leader epochs: KIP-320's answers and the checkpoint's text."""

import pytest

from brokers.kernel.errors import StorageError
from brokers.log.epochs import EpochHistory


def history(*entries: tuple[int, int]) -> EpochHistory:
    made = EpochHistory()
    for epoch, start in entries:
        assert made.assign(epoch, start)
    return made


def test_an_epoch_ends_where_the_next_begins() -> None:
    known = history((1, 0), (4, 10), (5, 30))
    assert known.end_for(1, 50) == (1, 10)
    assert known.end_for(4, 50) == (4, 30)
    assert known.end_for(5, 50) == (5, 50)


def test_an_epoch_without_records_is_answered_by_the_one_before() -> None:
    known = history((1, 0), (4, 10))
    assert known.end_for(2, 50) == (1, 10)
    assert known.end_for(3, 50) == (1, 10)


def test_an_epoch_before_the_first_ends_where_the_first_begins() -> None:
    assert history((4, 10)).end_for(2, 50) == (2, 10)


def test_nothing_is_known_of_the_future_or_of_an_empty_log() -> None:
    assert history((4, 10)).end_for(5, 50) == (-1, -1)
    assert EpochHistory().end_for(0, 0) == (-1, -1)
    assert EpochHistory().end_for(-1, 0) == (-1, -1)
    assert history((4, 10)).end_for(-1, 50) == (-1, -1)


def test_an_epoch_that_wrote_nothing_is_replaced() -> None:
    known = history((1, 0), (2, 10), (3, 10))
    assert known.entries() == [(1, 0), (3, 10)]


def test_an_epoch_begins_once() -> None:
    known = history((2, 10))
    assert not known.assign(2, 20)
    assert not known.assign(1, 20)
    assert known.entries() == [(2, 10)]


def test_truncation_forgets_epochs_that_begin_at_or_after_the_end() -> None:
    known = history((1, 0), (2, 10), (3, 20))
    assert known.truncate_from_end(10)
    assert known.entries() == [(1, 0)]
    assert not known.truncate_from_end(1)


def test_a_moved_log_start_keeps_the_epoch_in_force_there() -> None:
    known = history((1, 0), (2, 10), (3, 20))
    assert known.truncate_from_start(15)
    assert known.entries() == [(2, 15), (3, 20)]
    assert not known.truncate_from_start(15)
    assert not history((3, 20)).truncate_from_start(5)


def test_text_is_kafkas() -> None:
    text = b"0\n2\n1 0\n4 10\n"
    assert history((1, 0), (4, 10)).encode() == text
    assert EpochHistory.decode(text).entries() == [(1, 0), (4, 10)]
    assert EpochHistory().encode() == b"0\n0\n"


@pytest.mark.parametrize(
    "text", [b"", b"0", b"1\n0\n", b"0\n2\n1 0\n", b"0\n1\n1\n", b"0\n1\na b\n", b"\xff\n0\n"]
)
def test_other_text_is_refused(text: bytes) -> None:
    with pytest.raises(StorageError, match="leader-epoch-checkpoint"):
        EpochHistory.decode(text)
