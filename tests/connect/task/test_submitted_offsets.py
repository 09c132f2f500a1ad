"""What may be stored of a source's offsets, against the plain statement of it."""

import gc
import weakref

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


class Offset(dict):
    """One that tells whether somebody holds it."""


def test_what_is_held_grows_with_what_is_on_its_way_and_not_with_the_time_between_takes():
    submitted, offsets, on_their_way = SubmittedOffsets(), [], []
    for number in range(1_000):
        offset = Offset(n=number)
        offsets.append(weakref.ref(offset))
        on_their_way.append(submitted.submit({"p": 1}, offset))
        if len(on_their_way) == 5:
            # Answers come in any order.
            submitted.acknowledge(on_their_way.pop(number % 5))
    del offset
    gc.collect()
    held = [each()["n"] for each in offsets if each() is not None]
    assert len(held) <= 20
    assert held[-1] == 999
    for each in on_their_way:
        submitted.acknowledge(each)
    assert submitted.take() == [({"p": 1}, {"n": 999})]


def _storable(records) -> dict[int, int]:
    found: dict[int, int] = {}
    held: set[int] = set()
    for part, offset, submission in records:
        if not submission.acknowledged:
            held.add(part)
        elif part not in held:
            found[part] = offset
    return found
