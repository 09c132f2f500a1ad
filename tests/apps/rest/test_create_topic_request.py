import pytest

from streaming.rest.create_topic_request import (
    CreateTopicRequest,
    InvalidBody,
    parse_create_topic,
)


def test_the_least_and_the_most():
    assert parse_create_topic({"topic_name": "orders"}) == CreateTopicRequest("orders")
    body = {
        "topic_name": "orders",
        "partitions_count": 12,
        "replication_factor": 1,
        "configs": [{"name": "retention.ms", "value": "1000"}],
        "validate_only": True,
    }
    assert parse_create_topic(body) == CreateTopicRequest(
        "orders", 12, 1, {"retention.ms": "1000"}, True
    )


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        "orders",
        {},
        {"topic_name": 7},
        {"topic_name": "a", "partitions_count": "6"},
        {"topic_name": "a", "partitions_count": True},
        {"topic_name": "a", "partitions_count": -2},
        {"topic_name": "a", "partitions_count": 2**31},
        {"topic_name": "a", "replication_factor": 1.0},
        {"topic_name": "a", "configs": {"retention.ms": "1"}},
        {"topic_name": "a", "configs": [{"name": "retention.ms", "value": 1}]},
        {"topic_name": "a", "configs": [{"value": "1"}]},
        {"topic_name": "a", "configs": [{"name": "x", "value": "1"}, {"name": "x", "value": "2"}]},
        {"topic_name": "a", "validate_only": "yes"},
        {"topic_name": "a", "partition_count": 6},
    ],
)
def test_wrong_shapes_are_refused(body):
    with pytest.raises(InvalidBody):
        parse_create_topic(body)
