"""Records on their way through converters and transformations."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connect.converters.bytes import BytesConverter
from connect.converters.json import JsonConverter
from connect.runtime.error_policy import ErrorPolicy, Stage
from connect.runtime.messages import ConsumedMessage
from connect.runtime.stages import (
    DROPPED,
    Converters,
    Done,
    Failed,
    Outcome,
    Wait,
    Work,
    sink_stages,
    source_stages,
)
from connect.runtime.steps import chain_of
from connect.spi.errors import DataError, RetriableError
from connect.spi.records import Header, SinkRecord, SourceRecord, TimestampType, TopicPartition
from connect.transforms.chain import Chain, Step
from connect.transforms.transform import R, Transform
from tests.connect.runtime.text_headers import TextHeaders

MESSAGE = ConsumedMessage(
    "t", 3, 42, b'{"id":1}', b'{"a":2}', (("h", b"x"),), 1_700, TimestampType.CREATE
)
JSON = JsonConverter({"schemas.enable": "false"}, is_key=False)
CONVERTERS = Converters(JSON, JSON, TextHeaders({}))
TOLERANT = ErrorPolicy(tolerates_all=True)


class Flaky(Transform):
    """Asks to be tried again ``times`` times."""

    name = "Flaky"

    def __init__(self, times: int) -> None:
        self.times = times
        self.calls = 0

    def apply(self, record: R) -> R | None:
        self.calls += 1
        if self.calls <= self.times:
            raise RetriableError("busy")
        return record


def run(work: Work, now_ms: int = 0) -> tuple[Outcome, list[int]]:
    """The outcome and the waits before it."""
    waits = []
    outcome = work.step(now_ms, 0.5)
    while isinstance(outcome, Wait):
        waits.append(outcome.milliseconds)
        now_ms += outcome.milliseconds
        outcome = work.step(now_ms, 0.5)
    return outcome, waits


def test_a_message_becomes_a_sinks_record() -> None:
    outcome, _ = run(sink_stages(CONVERTERS, Chain(), ErrorPolicy()).begin(MESSAGE))
    assert outcome == Done(
        SinkRecord(
            "t", 3, 42, {"id": 1}, {"a": 2}, timestamp_ms=1_700,
            timestamp_type=TimestampType.CREATE, headers=(Header("h", None, "x"),),
            original_topic="t",
        )
    )  # fmt: skip


def test_a_sources_record_becomes_a_message_after_its_transforms() -> None:
    record = SourceRecord(
        "t", 1, {"a": 2}, source_partition={"p": 1}, source_offset={"o": 1}, timestamp_ms=9,
        headers=(Header("h", None, "x"),),
    )  # fmt: skip
    chain = chain_of(
        {
            "transforms": "r",
            "transforms.r.type": "RegexRouter",
            "transforms.r.regex": "t",
            "transforms.r.replacement": "u",
        }
    )
    outcome, _ = run(source_stages(CONVERTERS, chain, ErrorPolicy()).begin(record))
    assert isinstance(outcome, Done)
    assert outcome.result.record == replace(record, topic="u")
    message = outcome.result.message
    assert (message.topic, message.key, message.value) == ("u", b"1", b'{"a":2}')
    assert (message.headers, message.timestamp_ms) == ((("h", b"x"),), 9)


def test_a_routed_record_still_tells_where_it_was_read() -> None:
    chain = chain_of(
        {
            "transforms": "r",
            "transforms.r.type": "RegexRouter",
            "transforms.r.regex": "t",
            "transforms.r.replacement": "u",
        }
    )
    outcome, _ = run(sink_stages(CONVERTERS, chain, ErrorPolicy()).begin(MESSAGE))
    assert isinstance(outcome, Done)
    assert outcome.result.topic == "u"
    assert outcome.result.place == TopicPartition("t", 3)


def test_a_dropped_record_says_so() -> None:
    chain = chain_of({"transforms": "f", "transforms.f.type": "Filter"})
    assert run(sink_stages(CONVERTERS, chain, TOLERANT).begin(MESSAGE)) == (DROPPED, [])


@pytest.mark.parametrize(
    ("changes", "stage", "class_name"),
    [
        ({"key": b"{"}, Stage.KEY_CONVERTER, "org.apache.kafka.connect.json.JsonConverter"),
        ({"value": b"{"}, Stage.VALUE_CONVERTER, "org.apache.kafka.connect.json.JsonConverter"),
        (
            {"headers": (("h", b"\xff"),)},
            Stage.HEADER_CONVERTER,
            "tests.connect.runtime.text_headers.TextHeaders",
        ),
        (
            {"value": b"1"},
            Stage.TRANSFORMATION,
            "org.apache.kafka.connect.transforms.InsertField$Value",
        ),
    ],
)
@pytest.mark.parametrize("tolerated", [True, False])
def test_a_failure_says_where_it_was(
    changes: Any, stage: Stage, class_name: str, tolerated: bool
) -> None:
    chain = chain_of(
        {
            "transforms": "i",
            "transforms.i.type": "InsertField$Value",
            "transforms.i.topic.field": "topic",
        }
    )
    policy = ErrorPolicy(tolerates_all=tolerated)
    outcome, _ = run(sink_stages(CONVERTERS, chain, policy).begin(MESSAGE._replace(**changes)))
    assert isinstance(outcome, Failed)
    assert (outcome.stage, outcome.class_name) == (stage, class_name)
    assert (outcome.tolerated, outcome.attempts) == (tolerated, 1)


def flaky_stages(times: int, policy: ErrorPolicy) -> tuple[Work, Flaky, Flaky]:
    first, second = Flaky(0), Flaky(times)
    chain = Chain((Step("first", first), Step("second", second)))
    bytes_converter = BytesConverter({}, is_key=False)
    converters = Converters(bytes_converter, bytes_converter, TextHeaders({}))
    return sink_stages(converters, chain, policy).begin(MESSAGE), first, second


@given(
    times=st.integers(0, 12),
    timeout=st.integers(-1, 100_000),
    longest=st.integers(0, 20_000),
)
def test_what_asks_for_it_is_tried_again_within_its_time(
    times: int, timeout: int, longest: int
) -> None:
    policy = ErrorPolicy(retry_timeout_ms=timeout, retry_delay_max_ms=longest)
    work, first, second = flaky_stages(times, policy)
    outcome, waits = run(work, now_ms=5_000)
    # What went before is not done again.
    assert first.calls == 1
    assert second.calls == len(waits) + 1
    assert all(0 <= wait <= max(longest, 300) for wait in waits)
    if timeout >= 0:
        assert sum(waits) <= timeout
    if isinstance(outcome, Failed):
        assert timeout >= 0
        assert isinstance(outcome.error, RetriableError)
        assert outcome.attempts == second.calls
        assert sum(waits) == timeout
    else:
        assert outcome == Done(outcome.result)
        assert len(waits) == times


def test_each_operation_has_its_own_time() -> None:
    chain = Chain((Step("first", Flaky(2)), Step("second", Flaky(2))))
    policy = ErrorPolicy(retry_timeout_ms=1_000)
    outcome, waits = run(sink_stages(CONVERTERS, chain, policy).begin(MESSAGE))
    assert isinstance(outcome, Done)
    assert waits == [300, 600, 300, 600]


def test_waits_double_until_their_limit() -> None:
    policy = ErrorPolicy(retry_timeout_ms=-1, retry_delay_max_ms=1_000)
    work, _, _ = flaky_stages(5, policy)
    assert run(work)[1] == [300, 600, 500, 500, 500]


def test_only_retriable_errors_are_tried_again() -> None:
    class Broken(Flaky):
        def apply(self, record: R) -> R | None:
            self.calls += 1
            raise DataError("broken")

    broken = Broken(0)
    chain = Chain((Step("broken", broken),))
    policy = ErrorPolicy(retry_timeout_ms=-1)
    outcome, waits = run(sink_stages(CONVERTERS, chain, policy).begin(MESSAGE))
    assert isinstance(outcome, Failed)
    assert (waits, broken.calls) == ([], 1)


@pytest.mark.parametrize("stage", list(Stage))
def test_only_failures_of_one_record_are_tolerated(stage: Stage) -> None:
    of_the_task = {Stage.TASK_POLL, Stage.KAFKA_PRODUCE, Stage.KAFKA_CONSUME}
    assert TOLERANT.tolerates(stage) == (stage not in of_the_task)
    assert not ErrorPolicy().tolerates(stage)


@pytest.mark.parametrize("times", [0, 1, 3])
def test_going_straight_through_ends_as_step_by_step(times: int) -> None:
    policy = ErrorPolicy(tolerates_all=True, retry_timeout_ms=60_000)
    ended = []
    for way in ("begin", "through"):
        flaky = Flaky(times)
        stages = sink_stages(CONVERTERS, Chain((Step("flaky", flaky),)), policy)
        for message in (MESSAGE, MESSAGE._replace(value=b"{")):
            work = getattr(stages, way)(message)
            result = run(work) if isinstance(work, Work) else (Done(work), [])
            ended.append((way, _comparable(result), flaky.calls))
    straight = [each[1:] for each in ended if each[0] == "through"]
    assert straight == [each[1:] for each in ended if each[0] == "begin"]


def test_going_straight_through_drops_what_is_left_out() -> None:
    chain = chain_of({"transforms": "f", "transforms.f.type": "Filter"})
    assert sink_stages(CONVERTERS, chain, TOLERANT).through(MESSAGE) is None


def _comparable(result: tuple[Outcome, list[int]]) -> object:
    """Errors that were raised twice are told by their text."""
    outcome, waits = result
    if isinstance(outcome, Failed):
        return outcome.stage, str(outcome.error), outcome.attempts, outcome.tolerated, waits
    return outcome, waits
