"""Sources: what they read is in their topic, all of it, and once where that is promised."""

import gc
import json
from collections import Counter
from pathlib import Path

import pytest
from confluent_kafka import Producer

from connect import source_offsets
from connect.source_offsets import alter_source_offsets
from streaming.records.failures import BrokersUnavailable
from tests.connect.task.conftest import NUMBERS
from tests.connect.task.running_task import TaskProcess, TaskThread
from tests.node.harness import wait_until

EXACTLY_ONCE = {"exactly.once.support": "required"}


def values(messages) -> list[int]:
    return [json.loads(each.value()) for each in messages]


def kafka_clients() -> int:
    """How many of librdkafka's there are in this process, by their threads."""
    names = [each.read_text() for each in Path("/proc/self/task").glob("*/comm")]
    return names.count("rdk:main\n")


def test_source_makes_its_topic_and_stores_its_offsets(site):
    topic = f"made-{next(NUMBERS)}"
    creation = {"topic.creation.default.partitions": "3"}
    task = TaskThread(site.source(topic, 40, parts="a,b", config=creation))
    task.wait_for("RUNNING")
    found = site.read(topic, 80)
    assert task.stop() == "STOPPED", task.events
    assert Counter(values(found)) == Counter(dict.fromkeys(range(1, 41), 2))
    assert len({each.partition() for each in found}) == 3
    assert site.stored() == [({"part": "a"}, {"n": 40}), ({"part": "b"}, {"n": 40})]
    assert task.metrics.records == 80
    assert {"event": "topics", "topics": [topic]} in task.events
    # And goes on from there.
    again = TaskThread(site.source(topic, 42, parts="a,b"))
    found = site.read(topic, 84)
    assert again.stop() == "STOPPED"
    assert len(found) == 84


def alter(site, *changes):
    site.ask(
        lambda reader: alter_source_offsets(reader, "connect-offsets", site.name, list(changes))
    )


def test_offsets_are_altered_and_reset(site, make_topic):
    topic = make_topic()
    assert site.stored() == []
    alter(site, ({"part": "a"}, {"n": 37}), ({"part": "b"}, {"n": 39}))
    alter(site, ({"part": "b"}, None))
    assert site.stored() == [({"part": "a"}, {"n": 37})]
    task = TaskThread(site.source(topic, 40))
    assert values(site.read(topic, 3)) == [38, 39, 40]
    task.stop()


def test_more_offsets_than_one_batch_holds(site):
    changes = [({"part": f"{number:04}"}, {"n": "x" * 300}) for number in range(1_000)]
    alter(site, *changes)
    assert site.stored() == changes
    alter(site, *((partition, None) for partition, _offset in changes[1:]))
    assert site.stored() == changes[:1]


def test_a_partition_that_was_written_otherwise_is_forgotten_too(site):
    alter(site, ({"part": "a"}, {"n": 1}))
    producer = Producer(site.settings)
    spelled = f'["{site.name}", {{"part": "a"}}]'
    producer.produce("connect-offsets", key=spelled, value=b'{"n": 2}')
    assert producer.flush(60) == 0
    assert site.stored() == [({"part": "a"}, {"n": 2})]
    alter(site, ({"part": "a"}, None))
    assert site.stored() == []


def test_offsets_are_those_of_committed_transactions(site, monkeypatch):
    alter(site, ({"part": "a"}, {"n": 1}))
    producer = Producer({**site.settings, "transactional.id": site.name})
    producer.init_transactions(10)

    def write(number):
        producer.begin_transaction()
        key = f'["{site.name}",{{"part":"a"}}]'
        producer.produce("connect-offsets", key=key, value=json.dumps({"n": number}))
        assert producer.flush(60) == 0

    write(2)
    producer.commit_transaction(10)
    write(3)
    producer.abort_transaction(10)
    assert site.stored() == [({"part": "a"}, {"n": 2})]
    write(4)
    with monkeypatch.context() as impatient:
        impatient.setattr(source_offsets, "READ_SECONDS", 0)
        with pytest.raises(BrokersUnavailable, match="transaction"):
            site.stored()
    # Its marker may be written after the answer, and is waited for.
    producer.commit_transaction(10)
    assert site.stored() == [({"part": "a"}, {"n": 4})]


def test_paused_source_reads_nothing(site, make_topic):
    topic = make_topic()
    task = TaskThread(site.source(topic, 10, initial_state="PAUSED"))
    task.wait_for("PAUSED")
    task.do("resume")
    task.wait_for("RUNNING")
    assert values(site.read(topic, 10)) == list(range(1, 11))
    task.do("pause")
    wait_until(lambda: task.states()[-1] == "PAUSED", "the pause")
    assert site.stored() == [({"part": "a"}, {"n": 10})]
    task.stop()


def test_a_transform_that_there_is_not_fails_the_task(site, make_topic):
    topic = make_topic()
    config = {"transforms": "nope", "transforms.nope.type": "no such transform"}
    task = TaskThread(site.source(topic, 10, config=config))
    assert task.ended() == "FAILED"
    assert "no such transform" in task.trace()


def test_a_record_that_fails_ends_the_task_and_what_was_before_it_is_stored(site, make_topic):
    """Where that is tolerated it is left out instead, and its offset is stored as others' are."""
    topic = make_topic()
    config = {
        "transforms": "judge", "transforms.judge.type": "CelFilter",
        "transforms.judge.expression": "value != 13 || value / 0 == 0", "a_poll": "5",
        "errors.log.enable": "true",
    }  # fmt: skip
    # A process, which may be killed should an expression take too long.
    task = TaskProcess(site.source(topic, 20, config=config))
    assert task.ended() == 1
    assert task.states()[-1] == "FAILED"
    assert "a record failed at TRANSFORMATION" in task.trace()
    assert values(site.read(topic, 12)) == list(range(1, 13))
    assert site.stored() == [({"part": "a"}, {"n": 12})]
    tolerant = TaskProcess(site.source(topic, 20, config=config | {"errors.tolerance": "all"}))
    assert values(site.read(topic, 19)) == [n for n in range(1, 21) if n != 13]
    assert tolerant.stop() == 0
    assert site.stored() == [({"part": "a"}, {"n": 20})]
    assert "Error encountered in task" in tolerant.logs()


def test_a_record_that_its_topic_refuses_is_left_out_where_that_is_tolerated(
    site, make_topic, caplog
):
    """KIP-779: one that is larger than the topic takes, among others."""
    topic = make_topic()
    wide = {"wide_at": "13", "a_poll": "5"}
    task = TaskThread(site.source(topic, 20, config=wide))
    assert task.ended() == "FAILED"
    assert f"a record for topic {topic} was not written" in task.trace()
    assert site.stored() == [({"part": "a"}, {"n": 12})]
    tolerant = TaskThread(site.source(topic, 20, config=wide | {"errors.tolerance": "all"}))
    tolerant.wait_for("RUNNING")
    found = values(site.read(topic, 19))
    assert set(found) == set(range(1, 21)) - {13}
    assert tolerant.stop() == "STOPPED"
    assert tolerant.metrics.errors == 1
    assert "a record was not written and is left out" in caplog.text
    assert site.stored() == [({"part": "a"}, {"n": 20})]


def test_killed_between_the_acknowledgement_and_the_offsets(site, make_topic, tmp_path):
    """Then records come twice. None is missing."""
    topic = make_topic(2)
    dying = {"die_written": "150", "marker": str(tmp_path / "died"), "a_poll": "10"}
    document = site.source(topic, 200, config=dying)
    assert TaskProcess(document).ended() == -9
    before = Counter(values(site.read(topic, 150)))
    assert site.stored() == []
    task = TaskProcess(document)
    task.wait_for("RUNNING")
    wait_until(lambda: len(site.read(topic, 0)) >= before.total() + 200, "all once more")
    assert task.stop() == 0
    assert task.states()[-1] == "STOPPED"
    after = Counter(values(site.read(topic, 350)))
    assert set(after) == set(range(1, 201))
    assert after[1] == 2
    assert site.stored() == [({"part": "a"}, {"n": 200})]


@pytest.mark.parametrize(
    ("fault", "config"),
    [
        ("before-commit:5", {}),
        ("after-commit:5", {}),
        ("", {"transaction.boundary": "interval", "transaction.boundary.interval.ms": "200",
              "die_at": "73"}),
    ],
    ids=["before-commit", "after-commit", "within-an-interval"],
)  # fmt: skip
def test_killed_around_its_commit_an_exactly_once_source_writes_once(
    site, make_topic, tmp_path, fault, config
):
    topic = make_topic(2)
    marker = str(tmp_path / "died")
    config = {**EXACTLY_ONCE, "a_poll": "8", "marker": marker, **config}
    document = site.source(topic, 120, parts="a,b", config=config)
    assert TaskProcess(document, FAULT=fault, MARKER=marker).ended() == -9
    task = TaskProcess(document)
    found = site.read(topic, 240)
    assert task.stop() == 0
    assert Counter(values(found)) == Counter(dict.fromkeys(range(1, 121), 2))
    assert Counter(values(site.read(topic, 240))) == Counter(values(found))


def test_later_start_of_a_task_fences_the_earlier_one(site, make_topic):
    topic = make_topic()
    gc.collect()
    before = kafka_clients()
    earlier = TaskThread(site.source(topic, 10**9, config=EXACTLY_ONCE))
    site.read(topic, 10)
    later = TaskThread(site.source(topic, 10**9, config=EXACTLY_ONCE))
    assert earlier.ended() == "FAILED"
    assert "a later start of this task has taken over" in earlier.trace()
    end = len(site.read(topic, 0))
    found = values(site.read(topic, end + 20))
    assert later.stop() == "STOPPED"
    assert found == list(range(1, len(found) + 1))
    wait_until(lambda: kafka_clients() <= before, "the end of what both wrote with", 20)


def test_connector_ends_its_transactions(site, make_topic):
    topic = make_topic()
    config = {**EXACTLY_ONCE, "transaction.boundary": "connector"}
    task = TaskThread(site.source(topic, 20, config=config))
    found = values(site.read(topic, 18))
    wait_until(
        lambda: site.stored() == [({"part": "a"}, {"n": 20})],
        "the last transaction",
    )
    assert task.stop() == "STOPPED"
    # 5 and 15 are thrown away. 16 commits nothing older than itself, 5's own offset is stored.
    assert found == [number for number in range(1, 21) if number not in (5, 15)]


def test_configuring_divides_the_work_and_checks_targets(site):
    config = {"topic": "t", "parts": "a,b,c", "count": "1"}
    request = {
        "connector": "c", "plugin": "counting", "tasks_max": 2, "egress": {"allow": []},
        "config": {
            "name": "c", "connector.class": "counting", **config,
        },
    }  # fmt: skip
    task = TaskProcess(request, "--configure")
    assert task.ended() == 0
    (answer,) = task.events
    assert answer["task_configs"] == [
        {"parts": "a,c", "share": "own"}, {"parts": "b", "share": "own"},
    ]  # fmt: skip
    assert answer["writes"] == ["t"]
    # One of the deployment's own hosts, though its address is a public one.
    request["config"]["host"] = "192.88.98.1"
    request["egress"]["own"] = ["192.88.98.1"]
    refused = TaskProcess(request, "--configure")
    assert refused.ended() == 1
    assert "192.88.98.1" in refused.events[-1]["message"]
    # For the audit log.
    assert refused.events[0] == {"event": "refused", "what": "target", "name": "192.88.98.1:80"}
    request["config"] = {**config, "name": "c", "connector.class": "counting", "host": ""}
    unknown = TaskProcess({**request, "plugin": "gone"}, "--configure")
    assert unknown.ended() == 1
    assert unknown.events[0] == {"event": "refused", "what": "config"}
