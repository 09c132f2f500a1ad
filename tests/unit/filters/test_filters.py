"""Filters over records: what they see, what they refuse, and what they may cost."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from brokers.wire.records import Record
from streaming.filters.evaluator import current_evaluator
from streaming.filters.filter import (
    Filter,
    FilterFailure,
    FilterTooCostly,
    InvalidFilter,
    Outcome,
    compile_filter,
)
from streaming.filters.limits import TEXT_CHARACTERS_MAX

RECORD = Record(
    7, 1_700_000_000_000, b"ams", b'{"n":3,"items":[{"id":1},{"id":2}]}', (("h", b"x"),)
)


@pytest.fixture(autouse=True)
async def evaluator() -> AsyncIterator[None]:
    yield
    await current_evaluator().close()


async def outcome(text: str, record: Record = RECORD, partition: int = 2) -> Outcome:
    (only,) = await (await compile_filter(text)).outcomes(partition, [record])
    return only


async def test_every_variable_is_seen() -> None:
    for text in (
        "key == 'ams'",
        "value.n == 3 && value.n > 2.5",
        "value.items.exists(item, item.id == 2)",
        "headers['h'] == 'x' && headers.h == 'x'",
        "offset == 7 && partition == 2",
        "timestamp == 1700000000000",
        "size == 38",
        "has(value.n) && !has(value.m)",
    ):
        assert await outcome(text) is True, text
    assert await outcome("value.n == 4") is False


async def test_values_are_json_text_or_bytes() -> None:
    number = Record(0, -1, None, b"12", ())
    assert await outcome("value == '12' && key == null", number) is True
    assert await outcome("value == b'\\xff'", Record(0, -1, None, b"\xff", ())) is True
    assert await outcome("value == null", Record(0, -1, b"k", None, ())) is True
    deep = Record(0, -1, None, b"[" * 100_000, ())
    assert await outcome("value.startsWith('[[')", deep) is True


async def test_a_record_that_the_filter_cannot_tell_is_a_failure_not_a_match() -> None:
    missing = await outcome("value.missing == 1")
    assert isinstance(missing, FilterFailure)
    assert "missing" in missing.reason
    assert isinstance(await outcome("value.n"), FilterFailure)
    assert isinstance(await outcome("value.n < 'x'"), FilterFailure)


async def test_what_is_no_filter_is_refused_with_its_place() -> None:
    with pytest.raises(InvalidFilter) as refused:
        await compile_filter("value.n == 1 &&\n  value +")
    assert (refused.value.line, refused.value.column) == (2, 10)
    with pytest.raises(InvalidFilter, match="'valeu'"):
        await compile_filter("valeu.n == 1")
    with pytest.raises(InvalidFilter, match="longer"):
        await compile_filter("1" * (TEXT_CHARACTERS_MAX + 1))
    with pytest.raises(InvalidFilter, match="empty"):
        await compile_filter(" ")
    for hostile in ("(" * 4_000, "[" * 4_000, "f(" * 2_000, "'" * 4_001, "\0", "\ud800"):
        with pytest.raises(InvalidFilter):
            await compile_filter(hostile)


async def test_many_records_come_back_in_order() -> None:
    records = [Record(n, 0, None, b'{"n":%d}' % n, ()) for n in range(5_000)]
    told = await (await compile_filter("value.n % 3 == 0")).outcomes(0, records)
    assert told == [n % 3 == 0 for n in range(5_000)]


async def test_a_filter_that_costs_too_much_is_given_up_and_others_go_on() -> None:
    long = Record(3, 0, None, b"[" + b"1," * 20_000 + b"1]", ())
    with pytest.raises(FilterTooCostly, match="offsets 3 and 3"):
        await outcome("value.all(x, value.all(y, x + y > 0))", long)
    with pytest.raises(FilterTooCostly):
        await outcome(
            "[" + "key+" * 1_000 + "key] == value", Record(0, 0, b"k" * 4_000_000, b"", ())
        )
    assert await outcome("key == 'ams'") is True


async def test_a_reader_that_goes_away_leaves_the_others_their_own_answers() -> None:
    filter = await compile_filter("offset % 2 == 0")
    records = [Record(n, 0, None, b"{}", ()) for n in range(2_000)]
    gone = asyncio.create_task(filter.outcomes(0, records))
    await asyncio.sleep(0)
    gone.cancel()
    assert await filter.outcomes(0, records[:3]) == [True, False, True]
    assert isinstance(filter, Filter)
