"""What a topic refuses of a source: that record is left out, and nothing that came with it."""

import json
from collections.abc import Sequence

import pytest
from confluent_kafka import KafkaError, Producer

from connect.task import run_source
from tests.connect.task.running_task import TaskThread
from tests.node.harness import wait_until

TOLERANT = {"errors.tolerance": "all", "producer.override.compression.type": "none"}
AT_LEAST_ONCE: dict[str, str] = {}
EXACTLY_ONCE = {"exactly.once.support": "required"}
INTERVAL = {**EXACTLY_ONCE, "transaction.boundary": "interval"}
INTERVAL["transaction.boundary.interval.ms"] = "300"
LIMIT = 20_000
DELIVERIES = pytest.mark.parametrize(
    "delivery", [AT_LEAST_ONCE, EXACTLY_ONCE, INTERVAL], ids=["at-least-once", "poll", "interval"]
)


def numbers(messages) -> list[int]:
    return [int(str(json.loads(each.value())).split()[0]) for each in messages]


def run(site, topic: str, expected: Sequence[int], count: int, config) -> TaskThread:
    """A tolerant source of ``count`` numbers until ``expected`` are in the topic, in order."""
    task = TaskThread(site.source(topic, count, config=TOLERANT | {"a_poll": "25"} | config))
    task.wait_for("RUNNING")
    found = numbers(site.read(topic, len(expected)))
    wait_until_stored(site, task, count)
    assert task.stop() == "STOPPED", task.events
    assert found == list(expected)
    return task


def wait_until_stored(site, task: TaskThread, number: int) -> None:
    def is_stored() -> bool:
        task.control.ask_commit()
        return "FAILED" in task.states() or site.stored() == [({"part": "a"}, {"n": number})]

    wait_until(is_stored, f"the offset {number}")
    assert "FAILED" not in task.states(), task.trace()


@DELIVERIES
def test_one_record_that_is_too_large_for_its_topic_is_left_out_alone(
    site, make_topic, caplog, delivery
):
    topic = make_topic(max_message_bytes=str(LIMIT))
    config = delivery | {"sizes": f"13:{LIMIT + 1},40:{LIMIT * 5},41:{LIMIT * 2}"}
    expected = [n for n in range(1, 101) if n not in (13, 40, 41)]
    task = run(site, topic, expected, 100, config)
    assert task.metrics.errors == 3
    assert caplog.text.count("a record was not written and is left out") == 3


@DELIVERIES
def test_records_that_are_only_together_too_large_are_all_written(site, make_topic, delivery):
    """A batch of librdkafka's is a megabyte unless it is told otherwise."""
    topic = make_topic(max_message_bytes=str(LIMIT))
    task = run(site, topic, range(1, 61), 60, delivery | {"sizes": "*:9000"})
    assert task.metrics.errors == 0


@DELIVERIES
def test_the_limit_is_the_topics_to_the_byte(site, make_topic, delivery):
    sizes = range(LIMIT - 80, LIMIT - 74)
    oracle = make_topic(max_message_bytes=str(LIMIT))
    taken = _taken_alone(site, oracle, sizes)
    assert sizes.start in taken
    assert sizes.stop - 1 not in taken
    topic = make_topic(max_message_bytes=str(LIMIT))
    wanted = [number for number, size in enumerate(sizes, 1) if size in taken]
    text = ",".join(f"{number}:{size}" for number, size in enumerate(sizes, 1))
    run(site, topic, [*wanted, len(sizes) + 1], len(sizes) + 1, delivery | {"sizes": text})


def _taken_alone(site, topic: str, sizes: Sequence[int]) -> set[int]:
    """Sizes of texts that the topic takes with a key as the source's, each in its own batch."""
    producer = Producer({**site.settings, "batch.size": 1, "acks": "all"})
    taken: set[int] = set()
    for size in sizes:

        def delivered(error, _message, size=size):
            if error is None:
                taken.add(size)
            else:
                assert error.code() == KafkaError.MSG_SIZE_TOO_LARGE

        producer.produce(topic, key=b"a-1", value=b'"%s"' % (b"x" * size), on_delivery=delivered)
    assert producer.flush(60) == 0
    return taken


@DELIVERIES
def test_a_topic_whose_limit_nobody_tells(site, make_topic, monkeypatch, delivery):
    """As when it was lowered since: batches are halved until what is refused is refused alone."""
    monkeypatch.setattr(run_source, "batch_bytes_max", lambda *_asked: None)
    topic = make_topic(max_message_bytes=str(LIMIT))
    sizes = f"*:4000,13:{LIMIT + 1},37:{LIMIT * 3}"
    task = TaskThread(
        site.source(topic, 80, config=TOLERANT | delivery | {"sizes": sizes, "a_poll": "25"})
    )
    wait_until_stored(site, task, 80)
    assert task.stop() == "STOPPED", task.events
    found = numbers(site.read(topic, 78))
    # What was behind a refused batch may come twice where that is promised no better.
    firsts = list(dict.fromkeys(found))
    assert sorted(firsts) == [n for n in range(1, 81) if n not in (13, 37)]
    if delivery:
        assert found == sorted(firsts)
    assert task.metrics.errors == 2


@DELIVERIES
def test_a_record_that_is_too_new_for_its_topic(site, make_topic, monkeypatch, delivery):
    """Brokers judge a batch by its newest record, and refuse all of it. Records go alone then, and
    together again once that one is behind."""
    monkeypatch.setattr("connect.task.refusals.ALONE_RECORDS", 50)
    topic = make_topic(message_timestamp_after_max_ms="3600000")
    task = TaskThread(
        site.source(topic, 300, config=TOLERANT | delivery | {"ahead_at": "13", "a_poll": "25"})
    )
    wait_until_stored(site, task, 300)
    assert task.stop() == "STOPPED", task.events
    found = numbers(site.read(topic, 299))
    assert set(found) == set(range(1, 301)) - {13}
    if delivery:
        assert found == sorted(set(found))
    assert task.metrics.errors == 1


def test_a_connector_that_ends_its_transactions_does_so_without_the_record(site, make_topic):
    topic = make_topic(max_message_bytes=str(LIMIT))
    config = EXACTLY_ONCE | {
        "transaction.boundary": "connector", "a_poll": "1", "sizes": f"7:{LIMIT * 2}",
    }  # fmt: skip
    # 5 and 15 are thrown away by the connector, 7 is in a transaction with 8.
    run(site, topic, [n for n in range(1, 21) if n not in (5, 7, 15)], 20, config)


@pytest.mark.parametrize("delivery", [AT_LEAST_ONCE, INTERVAL], ids=["at-least-once", "interval"])
def test_where_it_is_not_tolerated_the_task_fails_at_that_record(site, make_topic, delivery):
    topic = make_topic(max_message_bytes=str(LIMIT))
    intolerant = {"sizes": f"*:4000,33:{LIMIT + 1}", "a_poll": "25", "errors.tolerance": "none"}
    task = TaskThread(site.source(topic, 60, config=TOLERANT | intolerant | delivery))
    assert task.ended() == "FAILED"
    assert f"a record for topic {topic} was not written" in task.trace()
    if delivery:
        assert site.stored() == []
        assert site.read(topic, 0) == []
    else:
        assert site.stored() == [({"part": "a"}, {"n": 32})]
        assert numbers(site.read(topic, 32))[:32] == list(range(1, 33))
