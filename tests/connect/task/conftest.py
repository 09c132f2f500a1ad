"""One broker in this process with one tenant, for tasks as Kafka clients."""

import asyncio
import gc
import itertools
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from aiokafka.client import AIOKafkaClient
from confluent_kafka import (
    Consumer,
    ConsumerGroupTopicPartitions,
    KafkaError,
    KafkaException,
    Producer,
    TopicPartition,
)
from confluent_kafka.admin import AdminClient

from connect.source_offsets import source_offsets
from streaming.records.reader import Reader
from tests.connect.task.program import offer
from tests.login import Login
from tests.node.fakes import MemoryCell
from tests.node.harness import node_config, running, wait_until

offer()
NUMBERS = itertools.count()


class Site:
    """The broker, its tenant's login, and documents for tasks of one connector."""

    def __init__(self, cell: MemoryCell, port: int, login: Login) -> None:
        self.cell = cell
        self.port = port
        self.login = login
        self.settings = login.librdkafka()
        self.name = ""

    def document(
        self, kind: str, plugin: str, config: dict[str, str], **more: Any
    ) -> dict[str, Any]:
        own = {"name": self.name, "connector.class": plugin}
        return {
            "tenant_cluster_id": "lkc-00001",
            "connector": self.name,
            "kind": kind,
            "task": 0,
            "generation": 1,
            "plugin": plugin,
            "config": {**own, **config},
            "task_config": {},
            "kafka": self.settings,
            "offsets_topic": "connect-offsets",
            "group": f"connect-{self.name}",
            "transactional_id": f"connect-{self.name}-0",
            "egress": {"allow": []},
            "limits": {"memory_bytes": 150 * 2**20},
            **more,
        }

    def source(self, topic: str, count: int, parts: str = "a", **more: Any) -> dict[str, Any]:
        config = {
            "topic": topic, "count": str(count), "parts": parts,
            "key.converter": "string", "value.converter": "json",
            "value.converter.schemas.enable": "false", **more.pop("config", {}),
        }  # fmt: skip
        return self.document("source", "counting", config, **more)

    def sink(self, topics: str, file: Path, **more: Any) -> dict[str, Any]:
        config = {
            "topics": topics, "file": str(file), "key.converter": "string",
            "value.converter": "json", "value.converter.schemas.enable": "false",
            **more.pop("config", {}),
        }  # fmt: skip
        return self.document("sink", "keeping", config, **more)

    def produce(self, topic: str, values: list[bytes]) -> None:
        """Each partition gets as many, one more or one less."""
        producer = Producer(self.settings)
        partitions = len(producer.list_topics(topic, timeout=60).topics[topic].partitions)
        for number, value in enumerate(values):
            producer.produce(topic, value, partition=number % partitions)
        assert producer.flush(60) == 0

    def read(self, topic: str, count: int) -> list[Any]:
        """At least ``count`` messages of the topic's committed ones, and those there are beside."""
        consumer = Consumer({
            **self.settings, "group.id": "tests", "enable.auto.commit": False,
            "isolation.level": "read_committed", "enable.partition.eof": True,
            "fetch.wait.max.ms": 50,
        })  # fmt: skip
        described = consumer.list_topics
        wait_until(lambda: described(topic, timeout=60).topics[topic].partitions, topic)
        partitions = sorted(described(topic, timeout=60).topics[topic].partitions)
        consumer.assign([TopicPartition(topic, each, 0) for each in partitions])
        found: list[Any] = []
        ended: set[int] = set()
        while len(found) < count or len(ended) < len(partitions):
            # One by one: a call for many would wait for as many.
            message = consumer.poll(60)
            assert message is not None, f"only {len(found)} of {count} came out of {topic}"
            if message.error() is not None:
                ended.add(message.partition())
            else:
                found.append(message)
        consumer.close()
        return found

    def ask(self, question: Callable[[Reader], Awaitable[Any]]) -> Any:
        """Its answer, asked in the tenant's name as the service asks."""

        async def asked() -> Any:
            reader = Reader(AIOKafkaClient(**self.login.python()))
            await reader.start()
            try:
                return await question(reader)
            finally:
                await reader.close()

        return asyncio.run(asked())

    def stored(self) -> list[tuple[dict[str, Any], dict[str, Any]]]:
        """The connector's source offsets."""
        found = self.ask(lambda reader: source_offsets(reader, "connect-offsets", self.name))
        return sorted(found, key=str)

    def committed(self) -> dict[tuple[str, int], int]:
        """What the connector's group has committed, by topic and partition."""
        group = f"connect-{self.name}"
        admin = AdminClient(self.settings)
        asked = admin.list_consumer_group_offsets([ConsumerGroupTopicPartitions(group)])
        try:
            found = asked[group].result(60).topic_partitions
        except KafkaException as error:
            if error.args[0].code() != KafkaError.GROUP_ID_NOT_FOUND:
                raise
            return {}
        return {(each.topic, each.partition): each.offset for each in found if each.offset >= 0}


@pytest.fixture(scope="package")
def broker(tmp_path_factory) -> Iterator[Site]:
    cell = MemoryCell()
    tenant = cell.add_tenant("acme")
    key = cell.add_key(tenant)
    with running(cell, node_config(tmp_path_factory.mktemp("volume"))) as node:
        site = Site(cell, node.port, node.login(key))
        site.tenant = tenant
        site.add_topic = lambda name, partitions=1, **configs: cell.add_topic(
            tenant.id, name, partitions,
            configs={key.replace("_", "."): value for key, value in configs.items()},
        )  # fmt: skip
        yield site
        # What a task failed with holds its clients in a cycle: they go before their broker does,
        # for which they would look until this process ends.
        gc.collect()


@pytest.fixture
def site(broker) -> Site:
    """The broker, for a connector of this test's own."""
    broker.name = f"c{next(NUMBERS)}"
    return broker


@pytest.fixture
def make_topic(site) -> Callable[..., str]:
    def make(partitions: int = 1, **configs: str) -> str:
        return str(site.add_topic(f"t{next(NUMBERS)}", partitions, **configs).name)

    return make
