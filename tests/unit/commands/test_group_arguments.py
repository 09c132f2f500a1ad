"""Command lines and files of ``groups``."""

import pytest

from streaming.cli.groups.arguments import (
    as_reset_file,
    merged,
    parse_datetime,
    parse_offset,
    parse_selection,
    parse_shift,
    parse_span,
    read_reset_file,
)
from streaming.groups.extents import Extent
from streaming.groups.model import TopicPartition
from streaming.groups.reset_plan import Position, ToOffset, plan_reset


@pytest.mark.parametrize(
    ("text", "selection"),
    [("t", ("t", None)), ("t:0", ("t", (0,))), ("a.b:10,2,2", ("a.b", (2, 10)))],
)
def test_topics_with_partitions(text, selection):
    assert parse_selection(text) == selection


@pytest.mark.parametrize("text", ["", ":0", "t:", "t:a", "t:1,", "t:-1", "t:٣"])
def test_what_selects_nothing_is_refused(text):
    with pytest.raises(ValueError, match="write"):
        parse_selection(text)


def test_several_selections_add_up_and_a_whole_topic_covers_all():
    assert merged([("t", (1,)), ("u", (0,)), ("t", (0, 1))]) == {"t": (0, 1), "u": (0,)}
    assert merged([("t", (1,)), ("t", None), ("t", (5,))]) == {"t": None}


@pytest.mark.parametrize(
    ("text", "milliseconds"),
    [
        ("PT1H", 3_600_000),
        ("P1DT12H", 129_600_000),
        ("P1W", 604_800_000),
        ("PT1H2M3.5S", 3_723_500),
        ("pt0.250s", 250),
        ("1h30m", 5_400_000),
        ("7d", 604_800_000),
    ],
)
def test_durations_as_kafka_and_as_people_write_them(text, milliseconds):
    assert parse_span(text) == milliseconds


@pytest.mark.parametrize("text", ["P", "PT", "PT0S", "P1H", "-PT1H", "1", ""])
def test_what_is_no_duration_is_refused(text):
    with pytest.raises(ValueError):
        parse_span(text)


def test_times_are_utc_unless_they_say_otherwise():
    assert parse_datetime("1970-01-01T00:00:01.500") == 1_500
    assert parse_datetime("1970-01-01T01:00:00+01:00") == 0
    with pytest.raises(ValueError, match="--by-duration"):
        parse_datetime("-1h")


@pytest.mark.parametrize(("parse", "text"), [
    (parse_offset, "-1"), (parse_offset, str(2**63)), (parse_shift, "1.5"), (parse_shift, ""),
])  # fmt: skip
def test_numbers_that_are_none_are_refused(parse, text):
    with pytest.raises(ValueError):
        parse(text)


def test_what_is_exported_can_be_read_again():
    partitions = [TopicPartition("t", 0), TopicPartition("t", 1), TopicPartition("u", 7)]
    steps = plan_reset(ToOffset(5), {each: Position(Extent(0, 9), 1) for each in partitions})
    offsets = dict.fromkeys(partitions, 5)

    one = as_reset_file((("g", step) for step in steps), with_group=False)
    assert one == "t,0,5\nt,1,5\nu,7,5\n"
    assert read_reset_file(one, ["g"]) == {"g": offsets}

    two = as_reset_file(((name, step) for name in ("g", "h,i") for step in steps), with_group=True)
    assert read_reset_file(two, ["g", "h,i"]) == {"g": offsets, "h,i": offsets}
    assert read_reset_file(two, ["h,i"]) == {"h,i": offsets}


@pytest.mark.parametrize(
    ("text", "groups"),
    [
        ("t,0,5\nt,1\n", ["g"]),
        ("g,t,0,5\nt,0,5\n", ["g", "h"]),
        ("t,0,5\n\nt,x,5\n", ["g"]),
        ("t,0,5\nt,0,-5\n", ["g"]),
    ],
)
def test_a_line_that_cannot_be_read_is_named(text, groups):
    with pytest.raises(ValueError, match=r"line [23]: "):
        read_reset_file(text, groups)
