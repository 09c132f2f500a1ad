"""A broker and a storage worker, two real Celery processes over a real Valkey, compact a topic."""

import os
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
from confluent_kafka import Consumer, Producer, TopicPartition
from django.conf import settings

from brokers import tasks
from brokers.kernel.ids import Principal, TenantId, TopicName
from brokers.node.ports import Actor, NewTopic
from brokers.services.create_topic import create_topic
from streaming.cell import ports
from tenants.services.create_tenant import create_tenant
from tenants.services.issue_api_key import issue_api_key
from tests.apps.brokers.test_worker import CHECKOUT, wait_until_it_serves
from tests.apps.brokers.test_worker import worker as broker_worker
from tests.login import Login

SECONDS = 90
KEYS = 5


@pytest.fixture
def environment(transactional_db, tmp_path):
    """Of a deployment with one broker, on the test run's database and Valkey."""
    data_dir = tmp_path / "data"
    data_dir.mkdir()
    for name in ("instance.json", "secrets.json"):
        (data_dir / name).write_bytes((settings.HEADWATER.data_dir / name).read_bytes())
    return os.environ | {
        "HEADWATER_DATA_DIR": str(data_dir),
        "HEADWATER_KAFKA_PORT": str(ports.free()),
        "HEADWATER_BROKERS": "1",
        "DJANGO_SETTINGS_MODULE": "streaming.settings",
    }


@contextmanager
def storage_worker(environment):
    """As ``streaming/cell/programs.py`` starts it."""
    process = subprocess.Popen(
        [sys.executable, "-m", "celery", "--app", "streaming", "worker",
         "--hostname", "storage@%h", "--queues", "storage", "--pool", "threads",
         "--concurrency", "1", "--without-mingle", "--without-gossip", "--without-heartbeat"],
        cwd=CHECKOUT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def login(environment, key):
    bootstrap = f"127.0.0.1:{environment['HEADWATER_KAFKA_PORT']}"
    return Login(bootstrap, "SASL_PLAINTEXT", key.key_id, key.secret).librdkafka()


def read_all(client):
    """Every record of the one partition, by an ordinary consumer."""
    consumer = Consumer({**client, "group.id": "unused", "enable.auto.commit": False})
    try:
        _, end = consumer.get_watermark_offsets(TopicPartition("states", 0), timeout=20)
        consumer.assign([TopicPartition("states", 0, 0)])
        found = []
        while not found or found[-1].offset() < end - 1:
            message = consumer.poll(60)
            assert message is not None
            assert message.error() is None, message.error()
            found.append(message)
        return found
    finally:
        consumer.close()


def test_a_topic_is_compacted_from_end_to_end(environment):
    tenant = create_tenant(name="acme", by="test")
    key = issue_api_key(tenant_id=tenant.id, by="test")
    with broker_worker(environment) as broker, storage_worker(environment):
        wait_until_it_serves(environment, broker)
        create_topic(
            actor=Actor(TenantId(str(tenant.id)), Principal("User:test"), True),
            topic=NewTopic(
                TopicName("states"), 1,
                configs={"cleanup.policy": "compact", "segment.ms": "1000",
                         "min.cleanable.dirty.ratio": "0.01"},
            ),
        )  # fmt: skip
        client = login(environment, key)
        producer = Producer({**client, "enable.idempotence": True})
        sent, deadline = 0, time.monotonic() + SECONDS
        while True:
            for _ in range(20):
                producer.produce("states", str(sent), f"key-{sent % KEYS}")
                sent += 1
            assert producer.flush(60) == 0
            left = read_all(client)
            if len(left) < sent:
                break
            assert time.monotonic() < deadline, "nothing was compacted"
            time.sleep(0.5)
        latest = {message.key(): message.value() for message in left}
        assert latest == {
            b"key-%d" % n: b"%d" % max(i for i in range(sent) if i % KEYS == n) for n in range(KEYS)
        }
        assert all(int(message.value()) == message.offset() for message in left)
    volume = Path(environment["HEADWATER_DATA_DIR"]) / "volumes" / "1"
    assert (volume / "cleaner-offset-checkpoint").exists()


def test_a_message_names_a_broker_and_a_job_and_nothing_else(tmp_path, monkeypatch, caplog):
    """What comes over Redis is never a path."""
    done = []
    monkeypatch.setattr(tasks, "run_job", lambda volume, job, disk, **_: done.append(volume))
    for number in (0, -1, settings.HEADWATER.brokers + 1):
        tasks.run_storage_job(number, "x")
    assert done == []
    volume = settings.HEADWATER.broker(1).volume
    volume.mkdir(parents=True, exist_ok=True)
    tasks.run_storage_job(1, "x")
    assert done == [volume]
    monkeypatch.undo()
    tasks.run_storage_job(1, "../../etc")
    assert "names no storage job" in caplog.text
