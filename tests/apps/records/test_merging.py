from hypothesis import given
from hypothesis import strategies as st

from brokers.wire.records import Record
from streaming.records.merging import Extent, Merge


@st.composite
def logs(draw):
    """Per partition records at rising offsets with gaps, timestamps as they come."""
    found = {}
    for partition in range(draw(st.integers(1, 3))):
        steps = draw(st.lists(st.tuples(st.integers(1, 4), st.integers(0, 9)), max_size=8))
        offset = start = draw(st.integers(0, 5))
        records = []
        for step, timestamp in steps:
            offset += step
            records.append(Record(offset, timestamp, None, b"", ()))
        found[partition] = (Extent(start, offset + 1 + draw(st.integers(0, 2))), records)
    return found


def walk(log, positions, backward, window, count):
    """Pages of ``count`` until the end: what each gave, and the positions between them."""
    extents = {partition: extent for partition, (extent, _records) in log.items()}
    pages, cursors = [], [positions]
    while True:
        merge = Merge(cursors[-1], extents, backward=backward)
        page = []
        while len(page) < count and not merge.at_end:
            for partition, position in merge.wanted().items():
                extent, records = log[partition]
                if backward:
                    low, high = max(extent.start, position - window), position
                else:
                    low, high = position, min(extent.end, position + window)
                some = [each for each in records if low <= each.offset < high]
                merge.add(partition, some, low if backward else high)
            taken = merge.take()
            if taken:
                page.append(taken)
        pages.append(page)
        cursors.append(merge.positions)
        if merge.at_end:
            return pages, cursors


@given(log=logs(), window=st.integers(1, 20), count=st.integers(1, 5))
def test_pages_forward_and_back_again_hold_every_record_once(log, window, count):
    starts = dict.fromkeys(log, 0)
    forward, cursors = walk(log, starts, False, window, count)
    seen = [each for page in forward for each in page]
    for partition, (_extent, records) in log.items():
        assert [record for p, record in seen if p == partition] == records
    backward, _cursors = walk(log, cursors[-1], True, window, count)
    back = [each for page in backward for each in page]
    for partition, (_extent, records) in log.items():
        assert [record for p, record in back if p == partition] == records[::-1]


@given(log=logs(), window=st.integers(1, 20), count=st.integers(1, 5))
def test_the_page_before_a_cursor_ends_where_its_own_page_began(log, window, count):
    pages, cursors = walk(log, dict.fromkeys(log, 0), False, window, count)
    for page, after in zip(pages, cursors[1:], strict=True):
        back, _ = walk(log, after, True, window, 1000)
        head = {}
        for partition, record in page:
            head.setdefault(partition, []).append(record)
        for partition, records in head.items():
            read = [record for p, record in back[0] if p == partition]
            assert read[: len(records)] == records[::-1]


def test_the_oldest_heads_come_first():
    log = {
        0: (Extent(0, 2), [Record(0, 5, None, b"", ()), Record(1, 1, None, b"", ())]),
        1: (Extent(0, 1), [Record(0, 3, None, b"", ())]),
    }
    (page, *_), _cursors = walk(log, {0: 0, 1: 0}, False, 10, 10)
    assert [(p, record.offset) for p, record in page] == [(1, 0), (0, 0), (0, 1)]
    (page, *_), _cursors = walk(log, {0: 2, 1: 1}, True, 10, 10)
    assert [(p, record.offset) for p, record in page] == [(1, 0), (0, 1), (0, 0)]


def test_nothing_is_taken_while_a_partition_is_not_known():
    merge = Merge({0: 0, 1: 0}, {0: Extent(0, 1), 1: Extent(0, 1)}, backward=False)
    merge.add(0, [Record(0, 5, None, b"", ())], 1)
    assert merge.take() is None
    assert merge.wanted() == {1: 0}
    assert not merge.at_end


def test_positions_are_moved_into_what_there_is():
    merge = Merge({0: 0, 1: 99}, {0: Extent(7, 9), 1: Extent(0, 4)}, backward=False)
    assert merge.positions == {0: 7, 1: 4}
