from hypothesis import given
from hypothesis import strategies as st

from brokers.wire.records import Record
from streaming.live.recent import BATCH_OVERHEAD_BYTES, RecentBatches
from streaming.live.shared_batch import SharedBatch


def batch(partition, start, next_offset, size):
    record = Record(start, 0, None, b"x" * size, ())
    return SharedBatch(partition, start, [record], next_offset, next_offset)


@given(
    st.lists(
        st.tuples(st.sampled_from("ab"), st.integers(0, 1), st.integers(1, 5), st.integers(0, 900)),
        max_size=60,
    )
)
def test_it_finds_the_newest_and_stays_within_its_bound(arrivals):
    bound = 10_000
    recent = RecentBatches(bound)
    ends = {}
    kept = []
    for topic, partition, length, size in arrivals:
        start = ends.get((topic, partition), 0)
        ends[topic, partition] = start + length
        recent.add(topic, batch(partition, start, start + length, size))
        kept.append((topic, partition, start, start + length, size + BATCH_OVERHEAD_BYTES))
        while sum(each[4] for each in kept) > bound:
            kept.pop(0)
    for topic, partition, start, next_offset, _size in kept:
        for offset in range(start, next_offset):
            found = recent.at(topic, partition, offset)
            assert found is not None
            assert found.start == start
    for (topic, partition), end in ends.items():
        assert recent.at(topic, partition, end) is None
    for topic in "ab":
        recent.drop(topic)
    assert recent._bytes == 0
    assert not recent._kept


def test_what_was_dropped_is_not_found():
    recent = RecentBatches()
    recent.add("a", batch(0, 0, 5, 10))
    recent.add("b", batch(0, 0, 5, 10))
    recent.drop("a")
    assert recent.at("a", 0, 2) is None
    assert recent.at("b", 0, 2) is not None
