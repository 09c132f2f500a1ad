"""What may be stored of a source's offsets, against the plain statement of it."""

from hypothesis import given
from hypothesis import strategies as st

from connect.task.submitted_offsets import SubmittedOffsets

STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("submit"), st.integers(0, 2)),
        st.tuples(st.just("acknowledge"), st.integers(0, 1000)),
        st.tuples(st.just("take"), st.just(0)),
    ),
    max_size=60,
)


@given(STEPS)
def test_stored_is_what_has_been_acknowledged_with_all_before_it(steps):
    submitted = SubmittedOffsets()
    records = []  # (partition, offset, submission), in order
    stored: dict[int, int] = {}
    for step, number in steps:
        if step == "submit":
            offset = len(records)
            submission = submitted.submit({"p": number}, {"n": offset})
            records.append((number, offset, submission))
        elif step == "acknowledge" and records:
            submitted.acknowledge(records[number % len(records)][2])
        elif step == "take":
            taken = [(source["p"], offset["n"]) for source, offset in submitted.take()]
            assert len(taken) == len(dict(taken)), "once for each partition"
            # Nothing is taken twice, and never an older one.
            assert all(offset > stored.get(part, -1) for part, offset in taken)
            stored.update(taken)
            assert stored == _storable(records)
    assert submitted.waiting == sum(not each.acknowledged for _, _, each in records)


def _storable(records) -> dict[int, int]:
    found: dict[int, int] = {}
    held: set[int] = set()
    for part, offset, submission in records:
        if not submission.acknowledged:
            held.add(part)
        elif part not in held:
            found[part] = offset
    return found
