"""Source and sink against what they mean, over random histories."""

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from connect.connectors.jdbc.commit_order import AtWork, CommitOrder
from connect.connectors.jdbc.fold import Fold, InsertMode, PkMode
from connect.connectors.jdbc.position import positions
from tests.connect.harness import sink_record

WRITERS = st.lists(
    # (opens, closes): when a writer takes its id and when its row can be seen.
    st.tuples(st.integers(0, 30), st.integers(0, 12), st.booleans()), min_size=1, max_size=12
)  # fmt: skip


@settings(max_examples=300)
@given(WRITERS, st.sets(st.integers(0, 45)), st.integers(1, 4), st.sets(st.integers(0, 45)))
def test_no_interleaving_of_late_commits_pages_and_restarts_loses_a_row(
    writers, looks, page, restarts
):
    """Ids rise with the time at which they are taken; rows appear when their writer commits."""
    open_at = sorted((begin, begin + length, commits) for begin, length, commits in writers)
    rows = {
        number: (begin, end, commits) for number, (begin, end, commits) in enumerate(open_at, 1)
    }
    order, position, read = CommitOrder(), 0, []
    for now in [*range(46), *range(46, 60)]:
        if now in restarts:
            order = CommitOrder()
        if now not in looks and now < 46:
            continue
        seen = [n for n, (_, end, commits) in rows.items() if commits and end <= now]
        at_work = AtWork(
            frozenset(str(n) for n, (begin, end, _) in rows.items() if begin <= now < end)
        )
        settled = order.look(max(seen, default=None), at_work)
        if settled is None:
            continue
        found = [n for n in seen if position < n <= settled][:page]
        read += found
        position = found[-1] if found else position
    assert read == [n for n, (_, _, commits) in rows.items() if commits]


@given(
    st.lists(st.integers(0, 6), max_size=20).map(sorted),
    st.lists(st.integers(0, 20), max_size=5),
    st.booleans(),
)
def test_a_restart_anywhere_leaves_out_no_row(moments, stops, unique):
    """Rows are (moment, number); ``stops`` are how many are delivered before each restart."""
    rows = [((moment, n) if unique else (moment,), n) for n, moment in enumerate(moments)]
    stored, delivered = None, []
    for stop in [*stops, len(rows)]:
        rest = [row for row in rows if stored is None or row[0] > stored]
        for taken, (row, position) in enumerate(positions(rest, stored, unique=unique)):
            if taken == stop:
                break
            delivered.append(row)
            stored = position
    assert set(delivered) == set(range(len(rows)))
    if unique:
        assert delivered == list(range(len(rows)))


EVENTS = st.lists(
    st.tuples(
        st.integers(0, 4),
        st.none() | st.dictionaries(st.sampled_from("abc"), st.integers(0, 9) | st.none()),
    ),
    max_size=30,
)


def _record(key, value, offset=0):
    return sink_record(value, key={"id": key}, offset=offset)


FOLD = Fold(InsertMode.UPSERT, PkMode.RECORD_KEY, ("id",), frozenset(), deletes=True)


def _apply(table, events):
    for key, value in events:
        if value is None:
            table.pop(key, None)
        else:
            table.setdefault(key, dict.fromkeys("abc")).update(value)


@given(EVENTS, st.lists(st.integers(0, 30), max_size=4))
def test_batches_come_to_the_same_as_one_record_after_the_other(events, cuts):
    table, wanted = {}, {}
    _apply(wanted, events)
    edges = [0, *sorted(cut for cut in cuts if cut < len(events)), len(events)]
    for start, end in pairwise(edges):
        part = [_record(key, value) for key, value in events[start:end]]
        if not part:
            continue
        batch = FOLD.batch(part)
        for (key,) in batch.deletes:
            table.pop(key, None)
        written = [row for rows in batch.writes.values() for row in rows]
        for columns, rows in batch.writes.items():
            for row in rows:
                values = dict(zip(columns, row, strict=True))
                table.setdefault(values.pop("id"), dict.fromkeys("abc")).update(values)
        # No statement may write a row twice.
        assert len({row[0] for row in written}) == len(written)
    assert table == wanted


def test_reading_goes_on_though_somebody_is_always_at_work():
    order = CommitOrder()
    settled = [order.look(now, AtWork(frozenset({str(now), str(now + 1)}))) for now in range(9)]
    assert settled == [None, None, 0, 0, 2, 2, 4, 4, 6]
