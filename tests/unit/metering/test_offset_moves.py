"""Moves of offsets as an audit entry tells them: several as one, and bounded."""

from brokers.metering.offset_moves import PLACES_MAX, OffsetMove, OffsetMoves
from brokers.metering.refusal_tally import WINDOW_MS, Act, RefusalTally

RESET = Act("acme", "User:boss", "group.reset_offsets", "readers")


def moves(*rows):
    return OffsetMoves.of(OffsetMove("flights", *row) for row in rows)


def test_an_entry_tells_from_where_to_where():
    assert moves((0, 100, 0), (1, None, 7)).document() == {
        "offsets": [
            {"topic": "flights", "partition": 0, "from": 100, "to": 0},
            {"topic": "flights", "partition": 1, "from": None, "to": 7},
        ]
    }


def test_several_moves_of_a_partition_are_one():
    there = moves((0, 100, 0), (1, 5, 6))
    assert there.then(moves((0, 0, 50), (2, 8, 9))) == moves((0, 100, 50), (1, 5, 6), (2, 8, 9))


def test_what_is_beyond_the_bound_is_counted():
    rows = [(index, 9, 0) for index in range(PLACES_MAX + 3)]
    whole = moves(*rows)
    assert (len(whole.moves), whole.more, whole.document()["more"]) == (PLACES_MAX, 3, 3)
    again = whole.then(moves(*rows[:1], *rows[-2:]))
    assert (len(again.moves), again.more) == (PLACES_MAX, 5)


def test_repetitions_are_told_as_one_from_the_first_to_the_last():
    tally = RefusalTally()
    tally.note(RESET, "192.0.2.1", "first", 0, moves((0, 100, 0)))
    assert [each.moves for each in tally.due(0)] == [moves((0, 100, 0))]
    for number in range(1, 1_000):
        tally.note(RESET, "192.0.2.1", "", number, moves((0, number - 1, number)))
    assert tally.due(WINDOW_MS - 1) == []
    (told,) = tally.due(WINDOW_MS)
    assert (told.count, told.moves) == (999, moves((0, 0, 999)))


def test_what_could_not_be_written_is_told_before_what_came_since():
    tally = RefusalTally()
    tally.note(RESET, "192.0.2.1", "first", 0, moves((0, 100, 0)))
    lost = tally.due(0)
    tally.note(RESET, "192.0.2.1", "second", 5, moves((0, 0, 30)))
    tally.take_back(lost)
    assert [each.moves for each in tally.all()] == [moves((0, 100, 30))]


def test_what_is_counted_with_others_names_no_offsets():
    tally = RefusalTally(acts_per_tenant_max=1)
    for group in ("readers", "others", "more"):
        tally.note(RESET._replace(object=group), "", "", 0, moves((0, 1, 0)))
    first, several = tally.due(0)
    assert (first.moves, several.count, several.moves) == (moves((0, 1, 0)), 2, None)
    tally.take_back([first, several])
    assert [each.moves for each in tally.all()] == [moves((0, 1, 0)), None]
