"""A broker under measurement, whichever it is."""

import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient, NewTopic


@dataclass(slots=True)
class Peer:
    """``pids`` are the broker's processes alone: no store, no web server, no client."""

    name: str
    version: str
    client_config: dict[str, str]
    pids: list[int]
    notes: str = ""
    topic_configs: dict[str, str] = field(default_factory=dict)
    replicas: int = 1
    """Of each partition; there are as many partitions, so that every broker leads one."""
    http_url: str = ""
    web_pid: int = 0
    others: list[dict[str, str]] = field(default_factory=list)
    """Settings of further users, where one may not have as many connections as a workload needs."""

    @property
    def logins(self) -> list[dict[str, str]]:
        return [self.client_config, *self.others]

    def create_topic(self, topic: str) -> None:
        """Returns once the topic has leaders."""
        admin = AdminClient(self.client_config)
        new = NewTopic(
            topic,
            num_partitions=self.replicas,
            replication_factor=self.replicas,
            config=self.topic_configs,
        )
        admin.create_topics([new])[topic].result(30)
        wait_for(lambda: _has_leader(admin, topic), f"a leader for {topic} on {self.name}")

    def delete_topic(self, topic: str) -> None:
        admin = AdminClient(self.client_config)
        admin.delete_topics([topic])[topic].result(30)


def _has_leader(admin: AdminClient, topic: str) -> bool:
    found = admin.list_topics(topic, timeout=10).topics[topic]
    return found.error is None and all(p.leader >= 0 for p in found.partitions.values())


def wait_for_broker(client_config: dict[str, str], what: str) -> None:
    host, _, port = client_config["bootstrap.servers"].split(",")[0].rpartition(":")

    def listens() -> bool:
        try:
            socket.create_connection((host, int(port)), timeout=1).close()
        except OSError:
            return False
        return True

    def answers() -> bool:
        try:
            return bool(AdminClient(client_config).list_topics(timeout=2).brokers)
        except KafkaException:
            return False

    wait_for(listens, what)
    wait_for(answers, what)


def wait_for(condition: Callable[[], bool], what: str, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {seconds:.0f} s for {what}")
        time.sleep(0.1)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
