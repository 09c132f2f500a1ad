"""Bodies of Connect's requests: what is taken, and what is refused by name."""

import pytest

from connect.forms.bodies import (
    OffsetChange,
    read_changes,
    read_config,
    read_new_connector,
    read_offsets,
    sink_changes,
)
from connect.spi.records import TopicPartition
from connect.states import TargetState
from streaming.rest.body import InvalidBody


def test_values_become_texts_as_kafka_makes_them():
    given = {"a": 1, "b": True, "c": False, "d": 1.5, "e": "x", "f": None}
    assert read_config(given) == {"a": "1", "b": "true", "c": "false", "d": "1.5", "e": "x"}
    assert read_changes(given)["f"] is None


@pytest.mark.parametrize(
    "config",
    [
        [],
        "x",
        {"a": {}},
        {"a": []},
        {"": "x"},
        {"a\n": "x"},
        {"a": "\0"},
        {"a": "\ud800"},
        {"a": "x" * 65_537},
        {str(number): "x" for number in range(1_001)},
    ],
)
def test_what_is_no_config_is_refused(config):
    with pytest.raises(InvalidBody):
        read_config(config)


def test_a_new_connector_has_a_name_a_config_and_a_state():
    made = read_new_connector({"name": " n ", "config": {"a": 1}, "initial_state": "paused"})
    assert (made.name, made.config, made.initial_state) == ("n", {"a": "1"}, TargetState.PAUSED)
    assert read_new_connector({"config": {}}).initial_state is TargetState.RUNNING


@pytest.mark.parametrize(
    "body",
    [
        {"name": "n"},
        {"name": 1, "config": {}},
        {"name": "n", "config": {}, "initial_state": "ASLEEP"},
        {"name": "n", "config": {}, "initial_state": 1},
        {"name": "n", "config": {}, "tasks": []},
    ],
)
def test_what_makes_no_connector_is_refused(body):
    with pytest.raises(InvalidBody):
        read_new_connector(body)


def sink(partition, offset):
    return {"offsets": [{"partition": partition, "offset": offset}]}


def test_a_sink_s_offsets_are_of_topics():
    changes = read_offsets(
        {
            "offsets": [
                {
                    "partition": {"kafka_topic": "t", "kafka_partition": "3"},
                    "offset": {"kafka_offset": 2**40},
                },
                {"partition": {"kafka_topic": "t", "kafka_partition": 4}, "offset": None},
            ]
        }
    )
    expected = {TopicPartition("t", 3): 2**40, TopicPartition("t", 4): None}
    assert sink_changes(changes) == expected


@pytest.mark.parametrize(
    ("partition", "offset"),
    [
        ({"kafka_topic": "t"}, {"kafka_offset": 1}),
        ({"kafka_topic": 1, "kafka_partition": 0}, {"kafka_offset": 1}),
        ({"kafka_topic": "t", "kafka_partition": -1}, {"kafka_offset": 1}),
        ({"kafka_topic": "t", "kafka_partition": True}, {"kafka_offset": 1}),
        ({"kafka_topic": "t", "kafka_partition": 2**31}, {"kafka_offset": 1}),
        ({"kafka_topic": "t", "kafka_partition": 0}, {"kafka_offset": -1}),
        ({"kafka_topic": "t", "kafka_partition": 0}, {"position": 1}),
        ({"kafka_topic": "t", "kafka_partition": 0, "x": 1}, {"kafka_offset": 1}),
    ],
)
def test_what_is_no_place_in_a_topic_is_refused(partition, offset):
    with pytest.raises(InvalidBody):
        sink_changes(read_offsets(sink(partition, offset)))


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"offsets": None},
        {"offsets": []},
        {"offsets": {}},
        {"offsets": [1]},
        sink({}, {"a": 1}),
        sink("p", {"a": 1}),
        sink({"a": 1}, 3),
        {"offsets": [{"partition": {"a": 1}}], "more": 1},
    ],
)
def test_what_names_no_offsets_is_refused(body):
    with pytest.raises(InvalidBody):
        read_offsets(body)


def test_a_source_s_offsets_are_its_own():
    body = sink({"filename": "f"}, {"position": 3})
    assert read_offsets(body) == [OffsetChange({"filename": "f"}, {"position": 3})]
