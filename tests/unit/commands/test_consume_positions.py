"""One offset per partition out of what was typed."""

from hypothesis import given
from hypothesis import strategies as st

from streaming.cli.offsets import At, BeforeEnd, Earliest, Latest, Since
from streaming.cli.positions import Range, position

offsets = st.integers(min_value=0, max_value=2**63 - 1)
ranges = st.tuples(offsets, offsets).map(lambda pair: Range(min(pair), max(pair)))
starts = st.one_of(
    st.just(Earliest()), st.just(Latest()), offsets.map(At), offsets.map(BeforeEnd),
    offsets.map(Since),
)  # fmt: skip


@given(starts, ranges, st.none() | offsets)
def test_a_position_is_always_one_that_the_partition_can_serve(start, available, at_time):
    inside = None if at_time is None else min(at_time, available.high)
    assert available.low <= position(start, available, inside) <= available.high


def test_each_kind_of_start():
    available = Range(100, 200)
    assert position(Earliest(), available, None) == 100
    assert position(Latest(), available, None) == 200
    assert position(At(150), available, None) == 150
    assert position(At(5), available, None) == 100
    assert position(At(500), available, None) == 200
    assert position(BeforeEnd(5), available, None) == 195
    assert position(BeforeEnd(500), available, None) == 100
    assert position(Since(1), available, 120) == 120
    assert position(Since(1), available, None) == 200
