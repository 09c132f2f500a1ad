"""PostgreSQL is restored from a dump under load, after a leadership changed and a topic was made.

Leaders go on, nobody is elected, and after ``recover`` everything that was acknowledged is there.
"""

import os
import signal
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka import Consumer, Producer, TopicPartition

from tests.faults.database import Database
from tests.faults.traffic import Traffic
from tests.service import ServiceUnderTest
from tests.waiting import wait_until


@pytest.fixture
def service(tmp_path_factory: pytest.TempPathFactory) -> Any:
    with ServiceUnderTest(tmp_path_factory.mktemp("restored")) as running:
        yield running


def make_topic(service: ServiceUnderTest, name: str) -> None:
    service.asked(
        "topics", "--create", "--topic", name, "--tenant", "restored", "--partitions", "1"
    )


def records_of(client: dict[str, Any], topic: str, count: int) -> list[bytes | None]:
    consumer = Consumer({**client, "group.id": "reader", "enable.auto.commit": False})
    consumer.assign([TopicPartition(topic, 0, 0)])
    messages = consumer.consume(count, timeout=60)
    consumer.close()
    return [message.value() for message in messages if message.error() is None]


def test_nothing_acknowledged_is_lost(service: ServiceUnderTest, tmp_path: Path) -> None:
    client = service.add_tenant("restored").librdkafka()
    make_topic(service, "old")
    database = Database(service.data_dir)
    with Traffic(client, "old") as traffic:

        def wait_for_traffic(what: str) -> None:
            flowing = len(traffic.seen)
            wait_until(lambda: len(traffic.seen) > flowing + 50, f"traffic {what}")

        wait_for_traffic("before the dump")
        database.dump(tmp_path / "dump")
        leader, dumped_epoch, _ = database.partition("old")

        (victim,) = [broker for broker in service.status["brokers"] if broker["id"] == leader]
        os.kill(victim["pid"], signal.SIGKILL)
        wait_for_traffic("with another leader")
        make_topic(service, "new")
        producer = Producer({**client, "acks": "all"})
        producer.produce("new", b"of a topic that the dump does not know")
        assert producer.flush(60) == 0
        wait_until(lambda: len(database.partition("old")[2]) == 3, "three in-sync replicas")
        # A leader that is named in the very moment in which the database goes may never learn of
        # it, so the last change that there will be is waited for, and that all act on it.
        wait_until(lambda: database.partition("old")[0] == leader, "the preferred leader")
        wait_for_traffic("with the preferred leader")
        epochs = {topic: database.partition(topic)[1] for topic in ("old", "new")}
        assert epochs["old"] > dumped_epoch

        database.restore(tmp_path / "dump")
        wait_until(lambda: database.reported() == [1, 2, 3], "the halt and all reports")
        assert database.partition("old")[1] == dumped_epoch, "nobody is elected"
        wait_for_traffic("while the cell is halted")
        assert "HALTED" in service.run("brokers").stdout
        recovered = service.asked("recover", "--apply")
        fates = {each["topic"]: each["fate"] for each in recovered["topics"]}
        assert fates["new"] == "restored"

        wait_for_traffic("after the recovery")
        for topic, epoch in epochs.items():
            now = database.partition(topic)
            assert now[0] is not None, "a leader everywhere"
            assert now[1] > epoch
    assert traffic.failures == []
    assert traffic.missing() == set()
    assert traffic.seen == list(range(traffic.sent)), "lost, duplicated or reordered"
    assert records_of(client, "new", 1) == [b"of a topic that the dump does not know"]
