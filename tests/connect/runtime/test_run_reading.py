"""Records by columns are the records that come of messages one by one."""

import pytest
from confluent_kafka import TIMESTAMP_CREATE_TIME, TIMESTAMP_LOG_APPEND_TIME, Message
from hypothesis import given
from hypothesis import strategies as st

from connect.converters.bytes import BytesConverter
from connect.converters.json import JsonConverter
from connect.converters.string import StringConverter
from connect.runtime.error_policy import ErrorPolicy
from connect.runtime.run_reading import RunReading
from connect.runtime.stages import Converters, Work, sink_stages
from connect.spi.runs import RecordRuns, values_of
from connect.task.messages_in import ConsumedMessages, consumed, message_runs
from connect.transforms.chain import Chain
from tests.connect.runtime.text_headers import TextHeaders

KEYS = [StringConverter({}, is_key=True), BytesConverter({}, is_key=True)]
VALUES = [
    JsonConverter({"schemas.enable": "false"}, is_key=False),
    JsonConverter({}, is_key=False),
    StringConverter({}, is_key=False),
    StringConverter({"converter.encoding": "utf-16"}, is_key=False),
    BytesConverter({}, is_key=False),
]
TIMES = st.sampled_from(
    [(0, -1), (TIMESTAMP_CREATE_TIME, 1_700), (TIMESTAMP_LOG_APPEND_TIME, 1_800)]
)
NUMBERS = [None, b"", b"1", b"2", b'{"a": 1.50}']
DOCUMENTS = [b"1", b"[2]", b'{"a": 1.50}', None]
ENVELOPES = [
    b'{"schema":null,"payload":{"a":1}}',
    b'{"schema":{"type":"int32","optional":true},"payload":7}',
]  # fmt: skip
ANYTHING = [*NUMBERS, *ENVELOPES, b'"\xff"', b"{", b"\xff\xfe1\x00"]


@st.composite
def batches(draw: st.DrawFn) -> list[Message]:
    """As a consumer gives them: offsets rise within a partition. Most are of one kind."""
    data = st.sampled_from(draw(st.sampled_from([NUMBERS, DOCUMENTS, ENVELOPES, ANYTHING])))
    headers = st.sampled_from(draw(st.sampled_from([[None], [None], [None, [("h", b"x")]]])))
    times = draw(st.lists(TIMES, min_size=1, max_size=2))
    places = draw(st.lists(st.tuples(st.sampled_from("tu"), st.integers(0, 1)), max_size=4))
    counts = draw(st.lists(st.integers(1, 5), min_size=len(places), max_size=len(places)))
    found = [place for place, count in zip(places, counts, strict=True) for _ in range(count)]
    return [
        Message(
            topic=topic, partition=partition, offset=10 + 2 * at, key=draw(data), value=draw(data),
            headers=draw(headers), timestamp=draw(st.sampled_from(times)),
        )
        for at, (topic, partition) in enumerate(found)
    ]  # fmt: skip


@given(batches(), st.sampled_from(KEYS), st.sampled_from(VALUES))
def test_columns_say_what_messages_say_one_by_one(batch, key, value) -> None:
    converters = Converters(key, value, TextHeaders({}))
    one_by_one = sink_stages(converters, Chain(), ErrorPolicy())
    outcomes = [one_by_one.through(consumed(each)) for each in batch]
    runs = message_runs(batch)
    if any(each.headers() for each in batch):
        assert runs is None
        return
    assert runs is not None
    reading = RunReading(converters)
    if any(isinstance(each, Work) for each in outcomes):
        with pytest.raises(Exception):  # noqa: B017 - whatever it is: it is told elsewhere
            [reading.read(run) for run in runs]
        return
    records = RecordRuns([reading.read(run) for run in runs])
    assert list(values_of(records)) == [each.value for each in outcomes]
    assert list(records) == outcomes
    assert len(records) == len(batch)
    assert records[:] is records
    assert [*records[1:], *records[:1]] == [*outcomes[1:], *outcomes[:1]]
    sizes = [len(each.key() or b"") + len(each.value() or b"") for each in batch]
    assert sum(run.size for run in runs) == sum(sizes)
    assert list(ConsumedMessages(batch)) == [consumed(each) for each in batch]


def test_a_run_is_of_one_partition_and_one_kind_of_time() -> None:
    created, appended = (TIMESTAMP_CREATE_TIME, 1), (TIMESTAMP_LOG_APPEND_TIME, 2)
    places = [("t", 0, created), ("t", 0, appended), ("t", 1, appended), ("t", 0, appended)]
    batch = [
        Message(topic=topic, partition=number, offset=at, value=b"1", timestamp=time)
        for at, (topic, number, time) in enumerate(places)
    ]
    runs = message_runs(batch)
    assert runs is not None
    assert [(run.place.partition, list(run.offsets)) for run in runs] == [
        (0, [0]), (0, [1]), (1, [2]), (0, [3]),
    ]  # fmt: skip
