"""The sink's task without Kafka, and a look at what it wrote."""

import contextlib
from collections.abc import Iterator
from typing import Any

import httpx

from connect.connectors.elasticsearch.connector import ElasticsearchSink
from connect.connectors.elasticsearch.task import ElasticsearchSinkTask
from connect.spi.records import SinkRecord, TopicPartition
from tests.connect.harness import FakeSinkContext

OFFSETS = {TopicPartition("t", 0): 100}


@contextlib.contextmanager
def sink(
    url: str, context: FakeSinkContext | None = None, **settings: str
) -> Iterator[ElasticsearchSinkTask]:
    """A running task; settings have ``_`` for the dots in their names."""
    config = {"connection.url": url, "retry.backoff.ms": "1", "linger.ms": "0"}
    config |= {name.replace("_", "."): value for name, value in settings.items()}
    parsed = ElasticsearchSink.config.parse(config)
    ElasticsearchSink(parsed)
    task = ElasticsearchSinkTask()
    task.start(parsed, context or FakeSinkContext())
    try:
        yield task
    finally:
        task.stop()


def written(task: ElasticsearchSinkTask, *records: SinkRecord) -> None:
    task.put(records)
    assert task.flush(OFFSETS) == OFFSETS


def document(search: str, index: str, id: str) -> Any:
    """Its source; None when it is not there."""
    got = httpx.get(f"{search}/{index}/_doc/{id}").json()
    return got["_source"] if got.get("found") else None
