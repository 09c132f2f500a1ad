import pytest

from brokers.node.ports import ConfigOperation
from streaming.rest.body import InvalidBody
from streaming.rest.config_requests import (
    AlterConfigs,
    parse_alter,
    parse_alter_topics,
    parse_update,
)
from streaming.rest.create_topic_request import GrowTopicRequest, parse_grow_topic

SET, DELETE = 0, 1


def test_alterations():
    body = {
        "data": [
            {"name": "retention.ms", "value": "1"},
            {"name": "segment.ms", "value": "2", "operation": "SET"},
            {"name": "cleanup.policy", "operation": "DELETE"},
            {"name": "flush.ms", "value": "3", "operation": None},
        ],
        "validate_only": True,
    }
    operations = (
        ConfigOperation("retention.ms", SET, "1"),
        ConfigOperation("segment.ms", SET, "2"),
        ConfigOperation("cleanup.policy", DELETE, None),
        ConfigOperation("flush.ms", SET, "3"),
    )
    assert parse_alter(body) == AlterConfigs(operations, True)
    many = parse_alter_topics({"data": [{"topic_name": "t", "configs": body["data"]}]})
    assert (many.topics, many.validate_only) == ({"t": operations}, False)


def test_the_smallest_bodies():
    assert parse_update({"value": ""}) == ""
    assert parse_grow_topic({"partitions_count": 4}) == GrowTopicRequest(4)
    assert parse_grow_topic({"partitions_count": 4, "validate_only": True}).validate_only


ENTRY = {"name": "a", "value": "1"}


@pytest.mark.parametrize(
    ("parse", "body", "named"),
    [
        (parse_update, None, "value"),
        (parse_update, {}, "value"),
        (parse_update, {"value": None}, "DELETE"),
        (parse_update, {"value": 7}, "value"),
        (parse_update, {"value": "7", "valeu": "8"}, "valeu"),
        (parse_grow_topic, {}, "partitions_count"),
        (parse_grow_topic, {"partitions_count": 0}, "partitions_count"),
        (parse_grow_topic, {"partitions_count": True}, "partitions_count"),
        (parse_grow_topic, {"partitions_count": 2.0}, "partitions_count"),
        (parse_grow_topic, {"partitions_count": 2**31}, "partitions_count"),
        (parse_grow_topic, {"partitions_count": 2, "validate_only": 1}, "validate_only"),
        (parse_alter, {"data": []}, "data"),
        (parse_alter, {"data": {}}, "data"),
        (parse_alter, {"data": [ENTRY] * 101}, "data"),
        (parse_alter, {"data": [ENTRY, ENTRY]}, "twice"),
        (parse_alter, {"data": ["a"]}, "data[0]"),
        (parse_alter, {"data": [ENTRY, {"value": "1"}]}, "data[1]"),
        (parse_alter, {"data": [{"name": "a", "value": 1}]}, "data[0]"),
        (parse_alter, {"data": [{**ENTRY, "operation": "set"}]}, "SET"),
        (parse_alter, {"data": [{**ENTRY, "operation": {}}]}, "SET"),
        (parse_alter, {"data": [{**ENTRY, "op": "SET"}]}, "'op'"),
        (parse_alter, {"data": [ENTRY], "validate_only": "yes"}, "validate_only"),
        (parse_alter_topics, {"data": [{"topic_name": "t"}]}, "configs"),
        (parse_alter_topics, {"data": [{"configs": [ENTRY]}]}, "topic_name"),
        (parse_alter_topics, {"data": [{"topic_name": "t", "configs": [ENTRY]}] * 2}, "twice"),
        (parse_alter_topics, {"data": [{"topic_name": "t", "configs": [ENTRY]}] * 101}, "data"),
    ],
)
def test_wrong_shapes_are_refused_by_name(parse, body, named):
    with pytest.raises(InvalidBody) as refused:
        parse(body)
    assert named in str(refused.value)
