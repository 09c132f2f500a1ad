"""The rules of ``Positions``, and a model of a client that loses answers."""

from hypothesis import example, given, settings
from hypothesis import strategies as st

from streaming.consumers.positions import Positions, Span
from streaming.groups.model import TopicPartition

A, B = TopicPartition("t", 0), TopicPartition("t", 1)


def at(**offsets):
    positions = Positions()
    positions.assign([A, B])
    positions.settle({A: offsets.get("a", 0), B: offsets.get("b", 0)})
    return positions


def test_a_new_partition_has_no_place_until_it_is_settled_or_sought():
    positions = Positions()
    positions.assign([A, B])
    assert positions.wanted() == {}
    positions.settle({A: 7})
    assert positions.unsettled == {B}
    positions.seek(B, 3)
    assert positions.wanted() == {A: Span(7, None), B: Span(3, None)}


def test_what_is_outstanding_is_wanted_again_and_nothing_else():
    positions = at()
    positions.hand_out({A: 5})
    assert positions.wanted() == {A: Span(0, 5)}
    positions.hand_out({A: 3})
    assert positions.wanted() == {A: Span(0, 3)}
    # The answer up to 5 may be the one that is on its way: what is committed was in both.
    assert positions.reached() == {A: 3, B: 0}
    positions.commit(positions.reached())
    # It may have been the other one, and then the client has these already.
    assert positions.wanted() == {A: Span(3, 5)}
    positions.hand_out({A: 5})
    positions.commit(positions.reached())
    assert positions.wanted() == {A: Span(5, None), B: Span(0, None)}


def test_a_partition_that_an_answer_lacks_is_neither_forgotten_nor_waited_for():
    positions = at()
    positions.hand_out({A: 5})
    positions.hand_out({B: 2})
    assert positions.reached() == {A: 0, B: 2}
    assert positions.wanted() == {A: Span(0, 5), B: Span(0, 2)}
    positions.commit(positions.reached())
    assert positions.wanted() == {A: Span(0, 5), B: Span(2, None)}
    positions.hand_out({A: 5})
    assert positions.acknowledge() == {A: 5, B: 2}


def test_a_commit_goes_on_and_never_back():
    positions = at(a=4)
    positions.hand_out({A: 9, B: 2})
    positions.commit({A: 6})
    assert positions.wanted() == {A: Span(6, 9), B: Span(0, 2)}
    positions.commit({A: 9, B: 2})
    assert positions.wanted() == {A: Span(9, None), B: Span(2, None)}
    positions.commit({A: 1})
    assert positions.wanted()[A] == Span(9, None)


def test_a_partition_that_stays_goes_to_what_was_committed_elsewhere():
    positions = at()
    positions.hand_out({A: 5, B: 5})
    positions.assign([A])
    assert positions.unsettled == {A}
    assert positions.wanted() == {}
    positions.settle({A: 8})
    assert positions.wanted() == {A: Span(8, None)}


def test_a_partition_that_stays_untouched_keeps_what_is_outstanding():
    positions = at()
    positions.hand_out({A: 5, B: 5})
    positions.assign([A])
    positions.settle({})
    assert positions.wanted() == {A: Span(0, 5)}
    positions.assign([A])
    positions.settle({A: 0})
    assert positions.wanted() == {A: Span(0, 5)}


def test_a_partition_that_comes_back_is_as_a_new_one():
    positions = at(a=3)
    positions.assign([B])
    positions.assign([A, B])
    positions.settle({})
    assert positions.unsettled == {A}


def test_what_no_longer_exists_is_passed_over():
    positions = at()
    positions.hand_out({A: 5})
    positions.pass_over(A, 5)
    assert not positions.is_outstanding
    assert positions.wanted()[A] == Span(5, None)
    positions.pass_over(A, 2)
    assert positions.wanted()[A] == Span(5, None)


LOG_END = 40
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["poll", "poll", "commit", "rebalance", "part", "without"]),
        st.integers(1, 7),
        st.booleans(),
    ),
    max_size=60,
)


@given(steps=STEPS)
@example(
    steps=[
        ("poll", 2, False), ("poll", 1, False), ("part", 1, False), ("poll", 2, True),
        ("commit", 1, False),
    ]
)  # fmt: skip
@settings(max_examples=300, deadline=None)
def test_a_client_that_loses_answers_loses_no_record(steps):
    """Commits never pass a record that no answer which arrived has held.

    The client polls, and some answers are lost. It commits without a body when it has records in
    hand that it has not committed, even when later answers were lost; or it names an offset.
    """
    positions = Positions()
    positions.assign([A])
    positions.settle({A: 0})
    committed, arrived, in_hand = 0, set(), False
    for action, size, lost in steps:
        match action:
            case "poll":
                span = positions.wanted()[A]
                end = min(span.start + size, LOG_END if span.end is None else span.end)
                positions.hand_out({A: end})
                if not lost:
                    arrived |= set(range(span.start, end))
                    in_hand = True
            case "without":  # Its leader did not answer in time; the answer is of other partitions.
                positions.hand_out({B: size})
            case "commit" if in_hand:
                reached = positions.reached()
                positions.commit(reached)
                committed, in_hand = reached[A], False
            case "part" if in_hand:
                offset = min(committed + size, max(arrived) + 1)
                positions.commit({A: offset})
                committed, in_hand = offset, offset <= max(arrived)
            case "rebalance":
                positions.assign([A])
                positions.settle({A: committed} if committed else {})
        assert set(range(committed)) <= arrived
