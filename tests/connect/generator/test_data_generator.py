"""Generated records: typed, the same for a seed wherever it begins, at their rate."""

import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connect.connectors.generator.source import DataGenerator, DataGeneratorTask
from connect.connectors.generator.template import draw_of, template
from connect.spi.errors import ConfigError
from connect.spi.records import SourceRecord
from connect.spi.schema import check
from tests.connect.harness import FakeSourceContext

EVERYTHING = {
    "id": {"sequence": 100},
    "n": {"integer": [-5, 5]},
    "x": {"number": [0, 1]},
    "price": {"decimal": [0.5, 9, 2]},
    "who": {"one_of": ["ada", "bob"]},
    "yes": {"boolean": 0.5},
    "uid": {"uuid": 4},
    "word": {"text": 7},
    "at": {"time": -1000},
    "tags": {"list": [{"one_of": [1, 2]}, 0, 3]},
    "in": {"object": {"deep": {"boolean": 1}}},
}


def made(**settings: Any) -> DataGenerator:
    config = {"topic": "made", "rate.per.second": "100000", "template": json.dumps(EVERYTHING)}
    config |= {name.replace("_", "."): str(value) for name, value in settings.items()}
    return DataGenerator(DataGenerator.config.parse(config))


def started(context: FakeSourceContext | None = None, **settings: Any) -> DataGeneratorTask:
    task = DataGeneratorTask()
    task.start(made(**settings).configured, context or FakeSourceContext())
    return task


def all_of(task: DataGeneratorTask, count: int) -> list[SourceRecord]:
    found: list[SourceRecord] = []
    until = time.monotonic() + 10
    while len(found) < count:
        assert time.monotonic() < until
        found += task.poll()
    return found


@given(seed=st.integers(0, 9), number=st.integers(0, 10**9))
def test_values_are_what_their_schema_says(seed: int, number: int) -> None:
    maker = template(json.dumps(EVERYTHING))
    value = maker.make(draw_of(seed, 0, number, 1_700_000_000_000))
    check(maker.schema, value)
    assert value["id"] == 100 + number
    assert value == maker.make(draw_of(seed, 0, number, 1_700_000_000_000))


@pytest.mark.parametrize("stop", [0, 1, 700, 999])
def test_it_goes_on_where_it_stopped_with_the_same_records(stop: int) -> None:
    settings = {"count": 1000, "start_time_ms": 0, "seed": 7, "key_field": "id"}
    whole = all_of(started(**settings), 1000)
    assert whole[3].key == 103
    assert whole[300].timestamp_ms == 3
    context = FakeSourceContext()
    if stop:
        last = whole[stop - 1]
        context.offsets.store(last.source_partition, last.source_offset)
    assert all_of(started(context, **settings), 1000 - stop) == whole[stop:]


def test_other_seeds_and_streams_are_other_records() -> None:
    settings = {"count": 20, "start_time_ms": 0}
    found = [
        [record.value["uid"] for record in all_of(started(**settings, **more), 20)]
        for more in ({"seed": 1}, {"seed": 2}, {"seed": 1, "stream": 1})
    ]
    assert len({uid for each in found for uid in each}) == 60
    assert made().task_configs(2) == [{"stream": "0"}, {"stream": "1"}]


def test_the_rate_is_kept() -> None:
    task = started(rate_per_second=200)
    began = time.monotonic()
    count = len(all_of(task, 60))
    assert count / (time.monotonic() - began) <= 205


def test_an_end_is_an_end() -> None:
    context = FakeSourceContext()
    task = started(context, count=3)
    assert len(all_of(task, 3)) == 3
    context.stopping.set()
    assert task.poll() == []


@pytest.mark.parametrize(
    "bad",
    [
        [], {}, "x", {"a": 1}, {"a": {"nothing": 1}}, {"a": {"integer": [2, 1]}},
        {"a": {"integer": [1]}}, {"a": {"one_of": []}}, {"a": {"one_of": ["a", 1]}},
        {"a": {"boolean": 2}}, {"a": {"text": 10**9}}, {"a": {"list": [{"uuid": 4}, 0, 10**9]}},
        {"a": {"decimal": [0, 1, 99]}}, {"a": {"sequence": True}}, {"a": {"number": ["x", 1]}},
    ],
)  # fmt: skip
def test_a_template_that_makes_nothing_is_refused(bad: Any) -> None:
    with pytest.raises(ConfigError, match="template"):
        made(template=json.dumps(bad))
    with pytest.raises(ConfigError, match="no field"):
        made(key_field="nope")
