"""A source that stops anywhere and begins again gives each record once, in order."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connect.connectors.http.paging import Mode, Read, State, at_pointer, read_page
from connect.spi.errors import DataError

Item = tuple[int, int]
"""A time, and a number of its own."""


def ask(mode: Mode, state: State, items: list[Item], size: int, inclusive: bool) -> Read:
    """One request to an API of the test's own, with ``size`` records a page."""
    match mode:
        case Mode.TIMESTAMP:
            since = state.cursor
            found = [
                item
                for item in items
                if since is None or item[0] > since or (inclusive and item[0] == since)
            ]
            return read_page(mode, state, found, times=[item[0] for item in found])
        case Mode.OFFSET:
            begin = state.cursor or 0
            return read_page(mode, state, items[begin : begin + size])
    begin = state.cursor or 0
    page = items[begin : begin + size]
    following = begin + size if len(items) > begin + size else None
    return read_page(mode, state, page, following=following)


@settings(max_examples=80, deadline=None)
@given(
    data=st.data(),
    mode=st.sampled_from([Mode.CURSOR, Mode.LINK, Mode.OFFSET, Mode.TIMESTAMP]),
    times=st.lists(st.integers(1, 6), max_size=20),
    size=st.integers(1, 5),
    inclusive=st.booleans(),
)
def test_each_record_once_in_order(
    data: st.DataObject, mode: Mode, times: list[int], size: int, inclusive: bool
) -> None:
    """New records come at the end while it reads; it dies after any record and goes on from the
    offset of the last that was kept."""
    items = [(at, n) for n, at in enumerate(sorted(times))]
    there = data.draw(st.integers(0, len(items)), label="there at first")
    if mode is Mode.TIMESTAMP and not inclusive:
        # Such an API never gives a record of a time that was asked for: they come all at once.
        there = len(items)
    stored, state, kept = State(), State(), []
    deaths, idle = 5, 0
    while idle < 2:
        read = ask(mode, state, items[:there], size, inclusive)
        dies = deaths and data.draw(st.booleans(), label="dies")
        end = data.draw(st.integers(0, len(read.records)), label="after") if dies else None
        for item, after in read.records[:end]:
            kept.append(item)
            stored = State.of(after.offset())
        state = stored if dies else read.state
        deaths -= bool(dies)
        idle = 0 if read.records or read.more or there < len(items) else idle + 1
        there = min(len(items), there + data.draw(st.integers(0, 4), label="new") + (idle > 0))
        if not read.records and there < len(items):
            there += 1
    assert kept == items


def test_a_page_without_paging_comes_whole_and_says_its_tag_with_the_last() -> None:
    read = read_page(Mode.NONE, State(), ["a", "b"], etag="v1")
    assert [state.offset() for _, state in read.records] == [
        {"cursor": None, "index": 1, "etag": None},
        {"cursor": None, "index": 0, "etag": "v1"},
    ]
    assert not read.more
    assert read_page(Mode.NONE, State(index=1), ["a", "b"]).records[0][0] == "b"


def test_times_that_cannot_be_compared_are_said() -> None:
    with pytest.raises(DataError, match="cannot be compared"):
        read_page(Mode.TIMESTAMP, State(), ["a", "b"], times=[1, "x"])


@pytest.mark.parametrize(
    ("pointer", "found"),
    [
        ("", {"a": {"b/c": [1, {"~": 2}]}}),
        ("/a/b~1c/0", 1),
        ("/a/b~1c/1/~0", 2),
        ("/a/b~1c/9", None),
        ("/a/none/x", None),
    ],
)
def test_pointers(pointer: str, found: Any) -> None:
    assert at_pointer({"a": {"b/c": [1, {"~": 2}]}}, pointer) == found
