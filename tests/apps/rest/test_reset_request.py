import pytest

from streaming.groups.reset import CommittedTopics, NamedTopics
from streaming.groups.reset_plan import ShiftBy, ToEarliest, ToOffset, ToTime
from streaming.rest.body import InvalidBody
from streaming.rest.groups.reset_request import parse_reset

NOW_MS = 1_700_000_000_000


@pytest.mark.parametrize(
    ("to", "value", "strategy"),
    [
        ("earliest", None, ToEarliest()),
        ("offset", 7, ToOffset(7)),
        ("timestamp", 1000, ToTime(1000)),
        ("duration", 60_000, ToTime(NOW_MS - 60_000)),
        ("duration", 2**62, ToTime(0)),
        ("shift", -3, ShiftBy(-3)),
    ],
)
def test_where_to(to, value, strategy):
    wanted = parse_reset({"to": to, "value": value, "validate_only": True}, NOW_MS)
    assert (wanted.strategy, wanted.scope, wanted.validate_only) == (
        strategy,
        CommittedTopics(),
        True,
    )


def test_which_partitions():
    topics = [{"topic_name": "a"}, {"topic_name": "b", "partitions": [2, 0, 2]}]
    body = {"topics": topics, "to": "latest", "validate_only": False}
    wanted = parse_reset(body, NOW_MS)
    assert wanted.scope == NamedTopics({"a": None, "b": (0, 2)})
    assert not wanted.validate_only


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"validate_only": None}, "validate_only"),
        ({"validate_only": "yes"}, "validate_only"),
        ({"to": "soon"}, "'soon'"),
        ({"to": 1}, "to"),
        ({"to": "offset"}, "value"),
        ({"to": "offset", "value": -1}, "value"),
        ({"to": "offset", "value": 1.5}, "value"),
        ({"to": "offset", "value": True}, "value"),
        ({"to": "offset", "value": 2**63}, "value"),
        ({"value": 1}, "value"),
        ({"topics": []}, "topics"),
        ({"topics": "t"}, "topics"),
        ({"topics": ["t"]}, "topics[0]"),
        ({"topics": [{"topic_name": "t", "partitions": [-1]}]}, "topics[0].partitions"),
        ({"topics": [{"topic_name": "t", "partitions": []}]}, "partitions"),
        ({"topics": [{"topic_name": "t"}, {"topic_name": "t"}]}, "twice"),
        ({"dry_run": True}, "'dry_run'"),
    ],
)
def test_what_cannot_be_understood_is_named(change, named):
    with pytest.raises(InvalidBody, match=named.replace("[", r"\[").replace("]", r"\]")):
        parse_reset({"to": "earliest", "validate_only": True} | change, NOW_MS)


def test_nobody_resets_by_leaving_something_out():
    with pytest.raises(InvalidBody, match="validate_only"):
        parse_reset({"to": "earliest"}, NOW_MS)
