"""The small decisions of a task: what is committed when, how much is taken, how topics are made."""

import json
import os
import queue
from typing import ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connect.spi.errors import ConfigError, DataError, RetriableError
from connect.spi.records import TopicPartition
from connect.task import metrics
from connect.task.assignment import TaskAssignment
from connect.task.batch_room import BATCH_BYTES, BatchRoom
from connect.task.events import Events
from connect.task.kafka_settings import check_overrides, poll_records
from connect.task.offset_keys import partition_key, read_key, read_value, stored_key, stored_value
from connect.task.put_backoff import LONGEST_S, retry_after_s
from connect.task.sink_positions import SinkPositions
from connect.task.topic_rules import NewTopicConfig, TopicRules
from connect.task.transaction_pace import Asked, Boundary, TransactionPace
from connect.task.waits import WHY_CHARACTERS_MAX, Wait

A, B = TopicPartition("t", 0), TopicPartition("t", 1)


class TestSinkPositions:
    def test_commits_no_more_than_was_delivered_and_nothing_twice(self):
        positions = SinkPositions()
        positions.assign([A])
        positions.deliver(A, 10)
        assert positions.committable({A: 11}) == ({}, ["offset 11 of t-0, of which it has got 10"])
        assert positions.committable({A: 8}) == ({A: 8}, [])
        positions.commit({A: 8})
        assert positions.committable({A: 8}) == ({}, [])
        assert positions.committable({A: 10}) == ({A: 10}, [])

    def test_partition_that_has_gone_is_not_committed(self):
        positions = SinkPositions()
        positions.assign([A, B])
        positions.deliver(A, 10)
        positions.deliver(B, 20)
        positions.revoke([A])
        commit, faults = positions.committable({A: 10, B: 20})
        assert commit == {B: 20}
        assert len(faults) == 1
        positions.deliver(A, 11)
        assert positions.delivered == {B: 20}

    def test_going_back_is_committed_as_well(self):
        positions = SinkPositions()
        positions.assign([A])
        positions.deliver(A, 10)
        positions.commit({A: 10})
        assert positions.rewind({A: 4, B: 5}) == {A: 4}
        assert positions.committable({A: 4}) == ({A: 4}, [])


class TestTransactionPace:
    def test_each_poll(self):
        pace = TransactionPace(Boundary.POLL, 10)
        assert pace.after_batch(0, Asked.NOTHING) is Asked.NOTHING
        pace.began(0)
        assert pace.after_batch(0, Asked.NOTHING) is Asked.COMMIT

    def test_an_interval_ends_without_records_too(self):
        pace = TransactionPace(Boundary.INTERVAL, 10)
        pace.began(100)
        assert pace.after_batch(109, Asked.NOTHING) is Asked.NOTHING
        assert pace.after_batch(110, Asked.NOTHING) is Asked.COMMIT
        pace.ended()
        assert pace.after_batch(120, Asked.NOTHING) is Asked.NOTHING

    def test_the_connectors_word_counts_only_where_it_has_been_given_it(self):
        pace = TransactionPace(Boundary.CONNECTOR, 10)
        pace.began(0)
        assert pace.after_batch(1000, Asked.NOTHING) is Asked.NOTHING
        assert pace.after_batch(1000, Asked.ABORT) is Asked.ABORT
        assert not pace.may_commit_now
        other = TransactionPace(Boundary.INTERVAL, 10)
        other.began(0)
        assert other.after_batch(1, Asked.ABORT) is Asked.NOTHING
        assert other.may_commit_now


@given(st.lists(st.integers(1, 3 * BATCH_BYTES), min_size=1, max_size=300))
def test_batch_ends_at_its_size_but_for_one_message(sizes):
    """Messages of the same size: no batch is larger than it is to be by more than one of them."""
    for size in sizes[:3]:
        room = BatchRoom(2000)
        taken = 0
        while count := room.next_take:
            room.took(count, count * size)
            taken += count
        assert 1 <= taken <= 2000
        assert taken * size <= BATCH_BYTES + size
        assert taken == 2000 or (taken + 1) * size > BATCH_BYTES


def test_backoff_grows_to_its_limit():
    assert 0.15 <= retry_after_s(1, 0.0) <= retry_after_s(1, 0.99) <= 0.3
    assert retry_after_s(500, 0.999) <= LONGEST_S


class TestTopicRules:
    CONFIG: ClassVar = {
        "topic.creation.groups": "small, all",
        "topic.creation.small.include": "tiny-.*,little",
        "topic.creation.small.exclude": "tiny-not",
        "topic.creation.small.partitions": "1",
        "topic.creation.small.cleanup.policy": "compact",
        "topic.creation.all.include": ".*-all",
        "topic.creation.default.partitions": "6",
        "topic.creation.default.replication.factor": "3",
        "topic.creation.default.cleanup.policy": "delete",
    }

    def test_first_group_that_covers_a_topic_and_then_the_default(self):
        rules = TopicRules(self.CONFIG)
        compact = NewTopicConfig(1, 3, {"cleanup.policy": "compact"})
        default = NewTopicConfig(6, 3, {"cleanup.policy": "delete"})
        assert rules.of("tiny-1") == rules.of("tiny-all") == compact
        assert rules.of("tiny-not") == rules.of("x-all") == rules.of("not-tiny-1") == default

    def test_without_a_word_the_cell_decides(self):
        assert TopicRules({}).of("t") == NewTopicConfig(-1, -1, {})

    def test_group_must_say_what_it_covers(self):
        with pytest.raises(ConfigError, match=r"topic\.creation\.g\.include"):
            TopicRules({"topic.creation.groups": "g"})


class TestOffsetKeys:
    def test_two_spellings_of_one_partition_are_one(self):
        assert partition_key({"a": 1, "b": "x"}) == partition_key({"b": "x", "a": 1})

    def test_kafkas_form(self):
        assert stored_key("c", {"file": "x"}) == b'["c",{"file":"x"}]'
        assert read_key(b'["c",{"file":"x"}]') == ("c", {"file": "x"})
        assert stored_value({"n": 1}) == b'{"n":1}'
        assert stored_value(None) is None

    @pytest.mark.parametrize("key", [None, b"", b"{", b"7", b'["c"]', b'["c",{},1]', b"[1,{}]"])
    def test_what_is_none_of_ours_is_left_alone(self, key):
        assert read_key(key) is None

    @pytest.mark.parametrize("value", [None, b"", b"null", b"7", b"{"])
    def test_no_offset(self, value):
        assert read_value(value) is None

    def test_offset_that_is_no_json(self):
        with pytest.raises(DataError, match="source offset"):
            stored_value({"n": object()})


def test_clients_settings_are_an_allow_list():
    check_overrides({"producer.override.linger.ms": "1", "errors.tolerance": "all"})
    with pytest.raises(ConfigError, match=r"producer\.override\.bootstrap\.servers"):
        check_overrides({"producer.override.bootstrap.servers": "elsewhere"})
    with pytest.raises(ConfigError, match="1 to"):
        poll_records({"consumer.override.max.poll.records": "0"})


def test_no_assignment():
    with pytest.raises(ConfigError, match="assignment"):
        TaskAssignment.of("{}")


def test_heartbeat_tells_figures_and_ends_a_task_that_keeps_above_its_memory(monkeypatch):
    monkeypatch.setattr(metrics, "BEAT_S", 0.005)
    use = iter([50, 200, 50, 200, 200, 201])
    monkeypatch.setattr(metrics, "rss_bytes", lambda: next(use, 50))
    reading, writing = os.pipe()
    over: queue.Queue[int] = queue.Queue()
    figures = metrics.Metrics(records=7)
    heartbeat = metrics.Heartbeat(Events(writing), figures, 100, over.put)
    heartbeat.start()
    # Once above it is forgiven: only the third beat in a row is too much.
    assert over.get(timeout=10) == 201
    heartbeat.stop()
    os.close(writing)
    with os.fdopen(reading, "rb") as told:
        beats = [json.loads(line) for line in told]
    assert [each["rss_bytes"] for each in beats[:6]] == [50, 200, 50, 200, 200, 201]
    assert beats[0]["records"] == 7
    assert over.empty()


def test_what_a_target_says_can_be_passed_on_whatever_it_is():
    counted = metrics.Metrics()
    counted.wait_after(RetriableError("no\0 \ud800" + "x" * WHY_CHARACTERS_MAX))
    assert counted.waiting.startswith("no ?x")
    assert len(counted.waiting) < WHY_CHARACTERS_MAX
    assert counted.retries == 1
    counted.go_on()
    assert (counted.waiting, counted.retries) == ("", 1)


def test_a_wait_lasts_from_the_first_failure_on_until_a_try_goes_well():
    wait = Wait()
    assert wait.seconds(5.0) == 0
    wait.fail(RetriableError("full"), 10.0)
    wait.fail(RetriableError("its disk\nis full"), 20.0, "nothing is committed: ")
    assert (wait.why, wait.seconds(75.5)) == ("nothing is committed: its disk is full", 65)
    wait.end()
    assert wait.seconds(80.0) == 0
    wait.fail(RetriableError(), 90.0)
    assert wait.why, "that it waits is told by there being a reason"
    assert wait.seconds(91.0) == 1


def test_a_commit_that_is_put_off_is_told_although_records_are_taken():
    counted = metrics.Metrics()
    counted.put_off_commit(RetriableError("its disk is full"))
    counted.go_on()
    assert counted.waiting == "nothing is committed: its disk is full"
    counted.wait_after(RetriableError("it is down"))
    assert counted.waiting == "it is down"
    counted.go_on()
    counted.committing.end()
    assert counted.waiting == ""
