"""Copying between topics of a broker in this process."""

import datetime as dt
import itertools
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from confluent_kafka import Producer

from connect.connectors.topic_copy.record_filter import RecordFilter, Row
from connect.connectors.topic_copy.source import BATCH_BYTES, TAKE, TopicCopy, TopicCopyTask
from connect.spi.errors import ConfigError, ConnectError, DataError
from connect.spi.records import Header, SourceRecord
from connect.spi.schema import OPTIONAL_BYTES
from tests.connect.harness import FakeSourceContext
from tests.node.fakes import MemoryCell
from tests.node.harness import node_config, running

AFTERNOON = "timestamp / 3600000 % 24 >= 12"
NUMBERS = itertools.count()


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """``(settings, add_topic)`` of a broker with one tenant."""
    cell = MemoryCell()
    tenant = cell.add_tenant("acme")
    key = cell.add_key(tenant)
    with running(cell, node_config(tmp_path_factory.mktemp("volume"))) as node:
        settings = node.login(key).librdkafka()
        yield settings, lambda name, partitions: cell.add_topic(tenant.id, name, partitions)


@pytest.fixture
def events(broker: Any) -> str:
    """A topic of two partitions with a record of each hour of a day, in partition hour % 2."""
    settings, add_topic = broker
    topic = str(add_topic(f"events{next(NUMBERS)}", 2).name)
    producer = Producer(settings)
    for hour in range(24):
        at = dt.datetime(2026, 3, 1, hour, tzinfo=dt.UTC)
        producer.produce(
            topic, b"%d" % hour, b"\xffk%d" % hour, hour % 2,
            timestamp=int(at.timestamp() * 1000), headers=[("h", b"\xfe"), ("none", None)],
        )  # fmt: skip
    assert producer.flush(60) == 0
    return topic


def started(
    broker: Any, topic: str, context: FakeSourceContext | None = None, **settings: str
) -> TopicCopyTask:
    config = {"source.topics": topic, "topic": "afternoon-events"}
    config |= {name.replace("_", "."): value for name, value in settings.items()}
    context = context or FakeSourceContext()
    context.kafka = broker[0]
    task = TopicCopyTask()
    task.start(TopicCopy(TopicCopy.config.parse(config)).configured, context)
    return task


def copied(task: TopicCopyTask, enough: Callable[[list[SourceRecord]], bool]) -> list[SourceRecord]:
    found: list[SourceRecord] = []
    until = time.monotonic() + 30
    while not enough(found):
        assert time.monotonic() < until, found
        found += task.poll()
    return found


def hours(records: list[SourceRecord]) -> list[int]:
    return sorted(int(record.value) for record in records)


def test_all_events_to_afternoon_events_and_on_after_a_stop(broker: Any, events: str) -> None:
    context = FakeSourceContext()
    task = started(broker, events, context, filter=AFTERNOON, keep_partition="true")
    found = copied(task, lambda records: len(records) >= 12)
    task.stop()
    assert hours(found) == list(range(12, 24))
    first = next(record for record in found if record.value == b"13")
    assert (first.topic, first.key, first.partition) == ("afternoon-events", b"\xffk13", 1)
    assert first.timestamp_ms == 1_772_370_000_000
    assert first.headers == (
        Header("h", OPTIONAL_BYTES, b"\xfe"),
        Header("none", OPTIONAL_BYTES, None),
    )
    assert first.source_offset == {"offset": 7}

    for record in found[:5]:
        context.offsets.store(record.source_partition, record.source_offset)
    task = started(broker, events, context, filter=AFTERNOON)
    rest = copied(task, lambda records: len(records) >= 7)
    task.stop()
    assert hours(found[:5] + rest) == list(range(12, 24))
    assert rest[0].partition is None


def test_a_batch_is_bounded_by_messages_and_by_their_bytes(broker: Any) -> None:
    settings, add_topic = broker
    topic = str(add_topic(f"wide{next(NUMBERS)}", 1).name)
    producer = Producer(settings)
    wide = 500_000
    for number in range(60):
        producer.produce(topic, b"x" * wide, b"%d" % number)
        producer.poll(0)
    assert producer.flush(60) == 0
    task = started(broker, topic)
    batches: list[list[SourceRecord]] = []
    while sum(map(len, batches)) < 60:
        batches.append(list(task.poll()))
    task.stop()
    assert [int(each.key) for batch in batches for each in batch] == list(range(60))
    assert max(map(len, batches)) <= BATCH_BYTES // wide + TAKE


def test_tasks_divide_the_partitions(broker: Any, events: str) -> None:
    parts: list[list[int]] = []
    for number in ("0", "1"):
        task = started(broker, events, copy_task=number, copy_tasks="2")
        parts.append(hours(copied(task, lambda records: len(records) >= 12)))
        task.stop()
    assert sorted(parts) == [list(range(0, 24, 2)), list(range(1, 24, 2))]


def test_the_latest_is_where_it_begins_when_told(broker: Any, events: str) -> None:
    task = started(broker, events, source_start="latest")
    assert task.poll() == []
    producer = Producer(broker[0])
    until = time.monotonic() + 20
    found: list[SourceRecord] = []
    # The end is looked up when the broker is asked first: what was sent before then is before it.
    while not found and time.monotonic() < until:
        producer.produce(events, b"99", partition=0)
        assert producer.flush(60) == 0
        found += task.poll()
    task.stop()
    assert set(hours(found)) == {99}


def test_a_topic_that_is_not_there_is_waited_for(broker: Any) -> None:
    context = FakeSourceContext()
    context.stopping.set()
    task = started(broker, "not-there-yet", context)
    assert task.poll() == []
    broker[1]("not-there-yet", 1)
    producer = Producer(broker[0])
    producer.produce("not-there-yet", b"7")
    assert producer.flush(60) == 0
    assert hours(copied(task, bool)) == [7]
    task.stop()


def test_what_the_filter_cannot_judge(broker: Any, events: str) -> None:
    task = started(broker, events, filter="value.user == 'ada'")
    with pytest.raises(ConnectError, match=r"at offset 0: .*filter\.on\.error"):
        copied(task, bool)
    task.stop()
    task = started(broker, events, filter="value.user == 'ada'", filter_on_error="copy")
    assert len(copied(task, lambda records: len(records) >= 24)) == 24
    task.stop()


def row(value: bytes | None, **more: Any) -> Row:
    given = {"key": b"k", "headers": (("h", b"1"), ("h", b"2")), "timestamp_ms": 5} | more
    return Row("t", 1, 9, value=value, **given)


@pytest.mark.parametrize(
    ("text", "passes"),
    [
        ("topic == 't' && partition == 1 && offset == 9", True),
        ("value.user.name == 'ada'", True),
        ("value.tags.exists(tag, tag == 'y')", True),
        ("headers.h == '2'", True),
        ("key == 'x'", False),
        ("size == 46", True),
        ("timestamp > 5", False),
    ],
)
def test_what_a_filter_sees(text: str, passes: bool) -> None:
    value = b'{"user": {"name": "ada"}, "tags": ["x", "y"]}'
    assert RecordFilter(text).passes(row(value)) is passes


def test_values_that_are_no_json_are_text_or_bytes() -> None:
    assert RecordFilter("value == 'plain'").passes(row(b"plain"))
    assert RecordFilter("value == '{broken'").passes(row(b"{broken"))
    assert RecordFilter("value == b'\\xff'").passes(row(b"\xff"))
    assert RecordFilter("value == null").passes(row(None))
    for text in ("value.user == 1", "size"):
        with pytest.raises(DataError):
            RecordFilter(text).passes(row(b"plain"))


@pytest.mark.parametrize(
    "settings",
    [
        {"filter": "nonsense +"},
        {"filter": "unknown == 1"},
        {"filter": " "},
        {"filter": "true" + " || true" * 1000},
        {"topic": "events"},
    ],
)
def test_settings_that_cannot_work_are_refused(settings: dict[str, str]) -> None:
    config = {"source.topics": "events", "topic": "copy", **settings}
    with pytest.raises(ConfigError):
        TopicCopy(TopicCopy.config.parse(config))
