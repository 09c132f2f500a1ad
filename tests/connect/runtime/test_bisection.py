"""Finding the records that a sink refuses."""

import math
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connect.runtime.bisect import DOUBTS_MAX, Bisection, Trouble, trouble_of
from connect.spi.errors import ConfigError, ConnectError, DataError, EgressRefused, RetriableError


def put_all(bisection: Bisection, put: Callable[[range], None], size: int) -> int:
    """How many puts it took; ``put`` raises for a range with a bad record in it."""
    puts = 0
    while (batch := bisection.batch) is not None:
        puts += 1
        try:
            put(range(size)[batch])
        except Exception as error:
            bisection.failed(error)
        else:
            bisection.succeeded()
    return puts


@given(st.integers(0, 300).flatmap(lambda size: st.tuples(
    st.just(size), st.sets(st.integers(0, max(size - 1, 0)), max_size=min(size, 9)))))  # fmt: skip
def test_exactly_the_bad_ones_fail_in_few_puts_and_in_order(case: tuple[int, set[int]]) -> None:
    size, bad = case
    written: list[int] = []

    def put(batch: range) -> None:
        if bad & set(batch):
            raise DataError("bad")
        written.extend(batch)

    bisection = Bisection(size)
    puts = put_all(bisection, put, size)
    assert set(bisection.bad) == bad
    assert written == [index for index in range(size) if index not in bad]
    # Without records nothing is put; with k bad ones of n, a path down to each and the way back.
    assert puts <= (size > 0) + 2 * len(bad) * math.ceil(math.log2(max(size, 2)))


@given(st.integers(1, 100), st.data())
def test_after_puts_that_wrote_in_part_last_writes_are_in_order(
    size: int, data: st.DataObject
) -> None:
    bad = data.draw(st.sets(st.integers(0, size - 1), max_size=5))
    written: list[int] = []

    def put(batch: range) -> None:
        for index in batch:
            if index in bad:
                raise DataError(str(index))
            written.append(index)

    bisection = Bisection(size)
    put_all(bisection, put, size)
    assert set(bisection.bad) == bad
    assert set(written) == set(range(size)) - bad
    # Who keeps the last of a key's records ends with the right one.
    last_writes = {index: position for position, index in enumerate(written)}
    assert sorted(last_writes) == sorted(last_writes, key=last_writes.__getitem__)


def test_one_bad_record_of_many_takes_about_log_n_puts() -> None:
    def put(batch: range) -> None:
        if 700 in batch:
            raise DataError("bad")

    # The whole; on the way down one half of each, the other being known by it; the record.
    assert put_all(Bisection(1_024), put, 1_024) <= 2 + math.log2(1_024) * 1.5


def test_records_that_fail_only_together_are_all_written() -> None:
    written: list[int] = []

    def put(batch: range) -> None:
        if len(batch) > 3:
            raise DataError("two of one key")
        written.extend(batch)

    bisection = Bisection(16)
    put_all(bisection, put, 16)
    assert bisection.bad == {}
    assert written == list(range(16))


def test_a_batch_stays_until_it_is_told_how_it_went() -> None:
    bisection = Bisection(4)
    assert bisection.batch == bisection.batch == slice(0, 4)


def refuse(batch: range) -> None:
    raise OSError("connection refused")


def test_a_dead_target_is_not_taken_for_bad_records() -> None:
    with pytest.raises(ConnectError, match="connection refused"):
        put_all(Bisection(100), refuse, 100)


def test_doubts_are_counted_over_batches_and_end_with_a_success() -> None:
    bisection = Bisection(DOUBTS_MAX - 1)
    put_all(bisection, refuse, DOUBTS_MAX - 1)
    assert len(bisection.bad) == bisection.doubts == DOUBTS_MAX - 1
    with pytest.raises(ConnectError):
        put_all(Bisection(1, bisection.doubts), refuse, 1)
    believed = Bisection(1, bisection.doubts)
    believed.succeeded()
    assert believed.doubts == 0


def test_records_that_are_said_to_be_bad_are_believed() -> None:
    def put(batch: range) -> None:
        raise DataError("bad")

    bisection = Bisection(50)
    put_all(bisection, put, 50)
    assert len(bisection.bad) == 50


@pytest.mark.parametrize(
    ("error", "trouble"),
    [
        (RetriableError("busy"), Trouble.RETRY),
        (DataError("bad"), Trouble.RECORD),
        (ValueError("bad"), Trouble.RECORD),
        (ConnectError("wrong password"), Trouble.TARGET),
        (ConfigError("no such table"), Trouble.TARGET),
        (EgressRefused("loopback"), Trouble.TARGET),
    ],
)
def test_an_error_says_whose_trouble_it_is(error: Exception, trouble: Trouble) -> None:
    assert trouble_of(error) is trouble
