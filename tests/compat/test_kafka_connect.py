"""Connect's distributed worker: its configurations, offsets and statuses live in compacted topics,
and its workers agree through a group of the type "connect"."""

import json
import subprocess
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka import Consumer, TopicPartition
from confluent_kafka.admin import AdminClient, ConfigResource
from kafka import KafkaAdminClient

from bench.kafka_jars import connect_class_path
from bench.maven_jars import JarsUnavailable
from streaming.cell import ports
from tests.compat.clients import JAVA, Login

PATIENCE_SECONDS = 60
STATE_TOPICS = {"config": "configs", "offset": "offsets", "status": "statuses"}


class Worker:
    """One distributed worker at a time, of one cluster of its own."""

    def __init__(self, login: Login, class_path: str, folder: Path) -> None:
        self.group = f"connect-{uuid.uuid4().hex[:8]}"
        self.folder = folder
        port = ports.free()
        self.url = f"http://127.0.0.1:{port}"
        settings = {
            "group.id": self.group,
            "listeners": self.url,
            "key.converter": "org.apache.kafka.connect.storage.StringConverter",
            "value.converter": "org.apache.kafka.connect.storage.StringConverter",
            "offset.flush.interval.ms": "1000",
            "exactly.once.source.support": "enabled",
            "scheduled.rebalance.max.delay.ms": "0",
            "offset.storage.partitions": "2",
            "status.storage.partitions": "2",
        }
        for kind, topic in STATE_TOPICS.items():
            settings[f"{kind}.storage.topic"] = f"{self.group}-{topic}"
            settings[f"{kind}.storage.replication.factor"] = "3"
        for prefix in ("", "producer.", "consumer.", "admin."):
            settings |= {f"{prefix}{name}": value for name, value in login.java().items()}
        self.properties = folder / "worker.properties"
        self.properties.write_text("".join(f"{k}={v}\n" for k, v in settings.items()))
        self.command = [
            *JAVA, "-Xmx256m", "-cp", class_path,
            "org.apache.kafka.connect.cli.ConnectDistributed", str(self.properties),
        ]  # fmt: skip
        self.starts = 0

    @contextmanager
    def running(self) -> Iterator[None]:
        """A worker that leads its group; stopped by SIGTERM, as operators do."""
        self.starts += 1
        with (self.folder / f"worker-{self.starts}.log").open("wb") as log:
            process = subprocess.Popen(self.command, stdout=log, stderr=log)
        try:
            self.wait_for("/connectors", lambda answer: isinstance(answer, list))
            yield
            process.terminate()
            process.wait(30)
        finally:
            process.kill()
            process.wait()

    def request(self, method: str, path: str, body: Any = None) -> Any:
        request = urllib.request.Request(
            self.url + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.loads(answer.read() or b"null")

    def wait_for(self, path: str, holds: Callable[[Any], bool]) -> Any:
        deadline = time.monotonic() + PATIENCE_SECONDS
        answer: Any = None
        while True:
            try:
                answer = self.request("GET", path)
                if holds(answer):
                    return answer
            except (urllib.error.URLError, ConnectionError, TimeoutError) as error:
                answer = error
            assert time.monotonic() < deadline, f"{path}: {answer}\n{self.said()}"
            time.sleep(0.2)

    def said(self) -> str:
        return (self.folder / f"worker-{self.starts}.log").read_text()[-5000:]

    def create(self, name: str, connector: str, **settings: str) -> None:
        config = {
            "connector.class": f"org.apache.kafka.connect.file.{connector}",
            "tasks.max": "1",
            **settings,
        }
        self.request("PUT", f"/connectors/{name}/config", config)
        self.wait_until_running(name)

    def wait_until_running(self, name: str) -> None:
        self.wait_for(
            f"/connectors/{name}/status",
            lambda answer: [each["state"] for each in answer["tasks"]] == ["RUNNING"],
        )


def append(path: Path, lines: list[str]) -> None:
    with path.open("a") as file:
        file.writelines(f"{line}\n" for line in lines)


def wait_for_lines(path: Path, wanted: list[str], worker: Worker) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while (found := path.read_text().splitlines() if path.exists() else []) != wanted:
        assert time.monotonic() < deadline, f"{len(found)} of {len(wanted)}\n{worker.said()}"
        assert found == wanted[: len(found)]
        time.sleep(0.2)


def committed_values(login: Login, topic: str) -> list[str]:
    settings = {"group.id": "none", "isolation.level": "read_committed"}
    consumer = Consumer(login.librdkafka(**settings, **{"enable.partition.eof": True}))
    consumer.assign([TopicPartition(topic, 0, 0)])
    found: list[str] = []
    while True:
        message = consumer.poll(30)
        assert message is not None
        if message.error() is not None:  # the end of the partition
            consumer.close()
            return found
        value = message.value()
        assert isinstance(value, bytes)
        found.append(value.decode())


def test_a_restarted_worker_goes_on_where_it_was(
    login: Login, make_topic: Callable[..., str], tmp_path: Path
) -> None:
    """A file's lines arrive in another file once each and in order, over a restart; the source
    writes them and its offsets in one transaction (KIP-618)."""
    try:
        class_path = connect_class_path()
    except JarsUnavailable as missing:
        pytest.skip(f"needs: Apache Kafka's jars ({missing})")
    topic = make_topic(partitions=1)
    source, sink = tmp_path / "source.txt", tmp_path / "sink.txt"
    lines = [f"line {n}" for n in range(600)]
    append(source, lines[:300])
    worker = Worker(login, class_path, tmp_path)
    with worker.running():
        worker.create("reader", "FileStreamSourceConnector", file=str(source), topic=topic)
        worker.create("writer", "FileStreamSinkConnector", file=str(sink), topics=topic)
        wait_for_lines(sink, lines[:300], worker)
    append(source, lines[300:])
    with worker.running():
        wait_for_lines(sink, lines, worker)
        for name in ("reader", "writer"):
            worker.wait_until_running(name)
        with closing(KafkaAdminClient(**login.python())) as admin:
            listed = admin.list_groups()
        groups = {each["group_id"]: each["protocol_type"] for each in listed}
        assert groups[worker.group] == "connect"
        assert groups["connect-writer"] == "consumer"
        described = worker.request("GET", "/connectors/reader/offsets")
        assert described["offsets"][0]["offset"] == {"position": source.stat().st_size}
    assert committed_values(login, topic) == lines
    stored = [
        ConfigResource(ConfigResource.Type.TOPIC, f"{worker.group}-{name}")
        for name in STATE_TOPICS.values()
    ]
    admin = AdminClient(login.librdkafka())
    for found in admin.describe_configs(stored).values():
        assert found.result(60)["cleanup.policy"].value == "compact"
