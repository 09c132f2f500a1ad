"""Sinks: what is in their topics is in their target, and what is committed is durable there."""

import json
import os
import time
from collections import Counter
from pathlib import Path

from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient

from tests.connect.task.conftest import NUMBERS
from tests.connect.task.running_task import TaskProcess, TaskThread
from tests.node.harness import wait_until

LARGEST = (1 << 20) - 200
"""A value so large makes a batch that is just within a topic's default limit."""
TOLERANT = {"errors.tolerance": "all", "errors.deadletterqueue.context.headers.enable": "true"}


def lines(file: Path) -> list[list]:
    return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []


def kept(file: Path) -> Counter:
    return Counter(value for _topic, _partition, _offset, value in lines(file))


def numbers(first: int, last: int) -> list[bytes]:
    return [b"%d" % number for number in range(first, last + 1)]


def test_sink_keeps_all_and_goes_on_where_it_stopped(site, make_topic, tmp_path):
    topic, file = make_topic(3), tmp_path / "kept"
    site.produce(topic, numbers(1, 300))
    task = TaskThread(site.sink(topic, file))
    wait_until(lambda: task.metrics.records == 300, "all records")
    assert task.stop() == "STOPPED", task.events
    assert kept(file) == Counter(range(1, 301))
    committed = site.committed()
    assert sum(committed.values()) == 300
    site.produce(topic, numbers(301, 310))
    again = TaskThread(site.sink(topic, file, config={"commit": "always"}))
    wait_until(lambda: kept(file) == Counter(range(1, 311)), "the new ones, and only those")
    wait_until(
        lambda: sum(site.committed().values()) == 310,
        "the commit that the task asked for",
    )
    assert again.stop() == "STOPPED"


def test_sink_is_told_what_is_committed(site, make_topic, tmp_path):
    topic, file = make_topic(2), tmp_path / "kept"
    site.produce(topic, numbers(1, 30))
    task = TaskThread(site.sink(topic, file))
    wait_until(lambda: task.metrics.records == 30, "all records")
    assert task.stop() == "STOPPED", task.events
    told = {(name, number): at for each in lines(tmp_path / "kept.committed")
            for name, number, at in each}  # fmt: skip
    assert told == site.committed()
    assert sum(told.values()) == 30


def test_target_that_cannot_take_more_is_waited_for(site, make_topic, tmp_path):
    topic, file = make_topic(), tmp_path / "kept"
    site.produce(topic, numbers(1, 20))
    task = TaskThread(site.sink(topic, file, config={"refusals": "3", "commit": "always"}))
    wait_until(lambda: kept(file) == Counter(range(1, 21)), "all records, once")
    assert task.stop() == "STOPPED"
    assert task.metrics.retries == 3
    assert task.metrics.waiting == ""


def test_why_a_task_waits_is_told_while_it_does(site, make_topic, tmp_path):
    topic = make_topic()
    site.produce(topic, numbers(1, 3))
    task = TaskThread(site.sink(topic, tmp_path / "kept", config={"refusals": "1000"}))
    wait_until(lambda: "not now" in task.metrics.waiting, "the target's own words")
    assert task.stop() == "STOPPED"


def test_why_a_task_commits_nothing_is_told_until_it_does(site, make_topic, tmp_path):
    topic, room = make_topic(), tmp_path / "room"
    site.produce(topic, numbers(1, 3))
    config = {"flush_refused": str(room), "commit": "always"}
    task = TaskThread(site.sink(topic, tmp_path / "kept", config=config))
    wait_until(lambda: task.metrics.waiting, "that it commits nothing")
    assert task.metrics.waiting == "nothing is committed: its disk is full"
    wait_until(lambda: task.metrics.waiting_s(time.monotonic()) > 0, "for how long")
    site.produce(topic, numbers(4, 6))
    wait_until(lambda: task.metrics.records == 6, "records that are taken all the same")
    assert task.metrics.waiting
    room.touch()
    task.do("commit")
    wait_until(lambda: not task.metrics.waiting, "the commit that went well")
    assert task.stop() == "STOPPED", task.events
    assert sum(site.committed().values()) == 6


def test_task_that_goes_back_in_a_flush_gets_nothing_later_before(site, make_topic, tmp_path):
    topic, file = make_topic(), tmp_path / "kept"
    site.produce(topic, numbers(1, 20))
    config = {
        "flush_rewinds": "once",
        "commit": "always",
        "consumer.override.max.poll.records": "5",
    }
    task = TaskThread(site.sink(topic, file, config=config))
    wait_until(lambda: len(lines(file)) >= 20, "all records")
    assert task.stop() == "STOPPED", task.events
    assert [value for *_, value in lines(file)] == [*range(1, 21)]


def test_task_that_goes_back_on_one_partition_in_a_put_goes_on_with_the_others(
    site, make_topic, tmp_path
):
    """It was given the rest of that batch over and over, until its group gave it up."""
    topic, file = make_topic(3), tmp_path / "kept"
    site.produce(topic, numbers(1, 60))
    task = TaskThread(site.sink(topic, file, config={"put_rewinds": "once", "commit": "always"}))
    wait_until(lambda: sum(site.committed().values()) == 60, "all of them")
    assert task.stop() == "STOPPED", task.events
    again = {number for number, count in kept(file).items() if count > 1}
    partitions = {partition for _topic, partition, _offset, value in lines(file) if value in again}
    assert set(kept(file)) == set(range(1, 61))
    assert len(partitions) == 1, "of the others each came once"


def test_bad_records_of_a_put_are_found_and_become_dead_letters(site, make_topic, tmp_path):
    topic, letters, file = make_topic(), f"letters-{next(NUMBERS)}", tmp_path / "kept"
    site.produce(topic, [*numbers(1, 30), b"{no json"])
    config = {
        **TOLERANT, "bad": "data", "commit": "always", "errors.deadletterqueue.topic.name": letters,
        "errors.deadletterqueue.topic.replication.factor": "1",
    }  # fmt: skip
    task = TaskThread(site.sink(topic, file, config=config))
    task.wait_for("RUNNING")
    found = site.read(letters, 4)
    assert task.stop() == "STOPPED"
    assert [each.value() for each in found] == [b"{no json", b"3", b"13", b"23"]
    stages = [dict(each.headers())["__connect.errors.stage"] for each in found]
    assert stages == [b"VALUE_CONVERTER", b"TASK_PUT", b"TASK_PUT", b"TASK_PUT"]
    assert set(kept(file)) == {number for number in range(1, 31) if number % 10 != 3}
    assert site.committed() == {(topic, 0): 31}
    assert task.metrics.dead_letters == 4


def test_a_bad_record_as_large_as_its_topic_takes_is_a_dead_letter_too(
    site, make_topic, tmp_path, caplog
):
    """There is no room in it for what is said of it; the sink goes on all the same."""
    topic, letters, file = make_topic(), f"letters-{next(NUMBERS)}", tmp_path / "kept"
    producer = Producer(site.settings | {"message.max.bytes": 2 * LARGEST})
    large = b"{" + os.urandom(LARGEST)
    for value in (b"1", large, b"{no json", b"2"):
        producer.produce(topic, value)
    assert producer.flush(60) == 0
    config = {
        **TOLERANT, "commit": "always", "errors.deadletterqueue.topic.name": letters,
        "errors.deadletterqueue.topic.replication.factor": "1",
    }  # fmt: skip
    task = TaskThread(site.sink(topic, file, config=config))
    wait_until(lambda: site.committed() == {(topic, 0): 4}, "all four to be done with")
    assert task.stop() == "STOPPED", task.events
    small, wide = sorted(site.read(letters, 2), key=len)
    assert (small.value(), wide.value()) == (b"{no json", large)
    assert "__connect.errors.exception.stacktrace" in dict(small.headers())
    assert "__connect.errors.exception.stacktrace" not in dict(wide.headers() or [])
    assert f"{topic}-0 at offset 1 is too large for {letters}" in caplog.text
    assert kept(file) == Counter([1, 2])


def test_task_reports_records_by_itself(site, make_topic, tmp_path):
    topic, letters, file = make_topic(), f"letters-{next(NUMBERS)}", tmp_path / "kept"
    site.produce(topic, numbers(1, 12))
    config = {**TOLERANT, "bad": "report", "errors.deadletterqueue.topic.name": letters,
              "errors.deadletterqueue.topic.replication.factor": "1"}  # fmt: skip
    task = TaskThread(site.sink(topic, file, config=config))
    task.wait_for("RUNNING")
    assert [each.value() for each in site.read(letters, 1)] == [b"3"]
    assert task.stop() == "STOPPED"


def test_bad_record_fails_the_task_unless_that_is_tolerated(site, make_topic, tmp_path):
    topic, file = make_topic(), tmp_path / "kept"
    site.produce(topic, numbers(1, 12))
    task = TaskThread(site.sink(topic, file, config={"bad": "data"}))
    assert task.ended() == "FAILED"
    assert "3 is not wanted" in task.trace()
    # A target in trouble fails it whatever is tolerated: no topic turns into dead letters.
    task = TaskThread(site.sink(topic, file, config={"bad": "target", **TOLERANT}))
    assert task.ended() == "FAILED"
    assert "the password is wrong" in task.trace()
    assert site.committed() == {}


def test_which_record_is_no_json_is_told_first(site, make_topic, tmp_path):
    topic = make_topic()
    site.produce(topic, [b"1", b"2", b"not JSON"])
    task = TaskThread(site.sink(topic, tmp_path / "kept"))
    assert task.ended() == "FAILED"
    first, *_ = task.trace().splitlines()
    assert f"the record {topic}-0@2 failed at VALUE_CONVERTER" in first
    assert "Text is for the converter string" in first


def test_killed_between_flush_and_commit_it_writes_again_and_loses_nothing(
    site, make_topic, tmp_path
):
    topic, file = make_topic(2), tmp_path / "kept"
    site.produce(topic, numbers(1, 100))
    config = {"commit": "always", "die_flushed": "yes", "marker": str(tmp_path / "died")}
    document = site.sink(topic, file, config=config)
    assert TaskProcess(document).ended() == -9
    assert site.committed() == {}
    task = TaskProcess(document)
    wait_until(lambda: set(kept(file)) == set(range(1, 101)), "all records", seconds=30)
    wait_until(
        lambda: sum(site.committed().values()) == 100,
        "the commit",
    )
    assert task.stop() == 0
    assert max(kept(file).values()) == 2


def test_two_tasks_share_partitions_and_a_paused_one_keeps_its_own(site, make_topic, tmp_path):
    topic = make_topic(2)
    files = [tmp_path / "first", tmp_path / "second"]
    document = site.sink(topic, files[0], config={"commit": "always"})
    first = TaskThread(document)
    site.produce(topic, numbers(1, 50))
    wait_until(lambda: kept(files[0]) == Counter(range(1, 51)), "all in one task")
    second = TaskThread(site.sink(topic, files[1], config={"commit": "always"}, task=1))
    admin = AdminClient(site.settings)
    wait_until(lambda: _shares(admin, site) == [1, 1], "a partition for each", seconds=20)
    second.do("pause")
    second.wait_for("PAUSED")
    site.produce(topic, numbers(51, 150))
    wait_until(lambda: len(kept(files[0])) > 50, "the running one's share")
    assert not lines(files[1])
    second.do("resume")
    both = Counter(range(1, 151))
    wait_until(lambda: kept(files[0]) + kept(files[1]) == both, "the paused one's share")
    assert second.stop() == first.stop() == "STOPPED"


def _shares(admin, site) -> list[int]:
    """How many partitions each member has."""
    group = f"connect-{site.name}"
    described = admin.describe_consumer_groups([group])[group].result(60)
    return [len(each.assignment.topic_partitions) for each in described.members]
