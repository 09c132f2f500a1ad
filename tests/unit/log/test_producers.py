"""The producer window by itself."""

import pytest

from brokers.kernel.errors import ErrorCode, Refusal
from brokers.log.producers import PRODUCER_EXPIRATION_MS, ProducerWindow
from brokers.wire.batch import BatchHeader, parse_batch_header
from tests.unit.log.samples import batch

LAST = 2**31 - 1


def header(sequence: int, count: int = 1, *, producer: int = 7, epoch: int = 0) -> BatchHeader:
    return parse_batch_header(
        batch(count, producer_id=producer, producer_epoch=epoch, base_sequence=sequence)
    )


def window_after(*headers: BatchHeader, capacity: int = 10) -> ProducerWindow:
    """The window once these were appended from offset 0 on."""
    window, offset = ProducerWindow(capacity), 0
    for one in headers:
        assert window.check(one) is None
        offset += one.record_count
        window.record(one, offset - 1, now_ms=offset)
    return window


def refusal(window: ProducerWindow, sent: BatchHeader) -> ErrorCode:
    with pytest.raises(Refusal) as refused:
        window.check(sent)
    return refused.value.code


def test_each_of_the_last_five_batches_is_recognised() -> None:
    window = window_after(*(header(2 * n, 2) for n in range(6)))
    for n in range(1, 6):
        earlier = window.check(header(2 * n, 2))
        assert earlier is not None
        assert (earlier.first_offset, earlier.last_offset) == (2 * n, 2 * n + 1)


def test_the_sixth_last_is_out_of_order() -> None:
    window = window_after(*(header(n) for n in range(6)))
    assert refusal(window, header(0)) == ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER


def test_a_batch_cut_differently_is_no_duplicate() -> None:
    window = window_after(header(0, 3))
    assert refusal(window, header(0, 2)) == ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER
    assert refusal(window, header(1, 2)) == ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER


@pytest.mark.parametrize("sequence", [0, 2, 4])
def test_only_the_next_sequence_goes_on(sequence: int) -> None:
    window = window_after(header(0), header(1), header(2))
    if sequence in (0, 2):
        assert window.check(header(sequence)) is not None
    else:
        assert refusal(window, header(sequence)) == ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER
    assert window.check(header(3)) is None


def test_sequences_go_on_at_zero() -> None:
    window = window_after(header(LAST - 1, 2), header(0))
    assert window.check(header(LAST - 1, 2)) is not None
    assert window.check(header(1)) is None


def test_a_batch_may_span_the_wrap() -> None:
    window = window_after(header(LAST, 3))
    earlier = window.check(header(LAST, 3))
    assert earlier is not None
    assert earlier.first_sequence == LAST
    assert earlier.last_sequence == 1
    assert window.check(header(2)) is None


def test_an_unknown_producer_may_begin_anywhere() -> None:
    assert ProducerWindow().check(header(41, epoch=3)) is None


def test_a_new_epoch_begins_at_zero() -> None:
    window = window_after(header(0), header(1))
    assert refusal(window, header(2, epoch=1)) == ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER
    assert window.check(header(0, epoch=1)) is None


def test_an_old_epoch_is_refused_even_for_a_batch_of_its_own() -> None:
    window = window_after(header(0), header(0, epoch=1))
    assert refusal(window, header(0)) == ErrorCode.INVALID_PRODUCER_EPOCH


def test_the_producer_idle_longest_is_forgotten_first() -> None:
    window = window_after(
        header(0, producer=1), header(0, producer=2), header(1, producer=1), capacity=2
    )
    window.record(header(0, producer=3), 9, now_ms=9)
    assert window.check(header(1, producer=1)) is not None
    assert window.check(header(0, producer=2)) is None
    assert len(window) == 2


def test_a_day_of_silence_forgets_a_producer() -> None:
    window = window_after(header(0, producer=1), header(0, producer=2))
    window.expire(1 + PRODUCER_EXPIRATION_MS)
    assert window.check(header(0, producer=1)) is None
    assert window.check(header(0, producer=2)) is not None
