"""What a task is given of its process: ``connect.spi``'s contexts."""

import logging
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from threading import Event
from typing import Any

from confluent_kafka import Consumer
from confluent_kafka import TopicPartition as KafkaTopicPartition

from connect.spi.egress import Egress
from connect.spi.records import SinkRecord, TopicPartition
from connect.spi.task import TransactionContext
from connect.task.sink_requests import SinkRequests
from connect.task.stored_offsets import StoredOffsets


@dataclass(frozen=True, slots=True)
class OffsetsReader:
    """A source's offsets as they were when its process began: nobody else writes them meanwhile."""

    stored: StoredOffsets

    def read(
        self, source_partitions: Collection[Mapping[str, Any]]
    ) -> list[Mapping[str, Any] | None]:
        return [self.stored.of(partition) for partition in source_partitions]


@dataclass(frozen=True, slots=True)
class TaskSourceContext:
    connector_name: str
    task_number: int
    egress: Egress
    log: logging.Logger
    stopping: Event
    offsets: OffsetsReader
    kafka: Mapping[str, str]
    transaction: TransactionContext | None


@dataclass(frozen=True, slots=True)
class TaskSinkContext:
    """``bury`` does what is to be done with a record that the task cannot write."""

    connector_name: str
    task_number: int
    egress: Egress
    log: logging.Logger
    stopping: Event
    requests: SinkRequests
    consumer: Consumer
    bury: Callable[[SinkRecord, Exception], None]

    @property
    def assignment(self) -> Collection[TopicPartition]:
        return self.requests.assigned

    def report(self, record: SinkRecord, error: Exception) -> None:
        self.bury(record, error)

    def rewind(self, offsets: Mapping[TopicPartition, int]) -> None:
        self.requests.rewind(offsets)

    def pause(self, *partitions: TopicPartition) -> None:
        self.requests.paused.update(partitions)
        self.consumer.pause(_kafka(partitions))

    def resume(self, *partitions: TopicPartition) -> None:
        self.requests.paused.difference_update(partitions)
        self.consumer.resume(_kafka(partitions))

    def request_commit(self) -> None:
        self.requests.ask_commit()

    def retry_after(self, seconds: float) -> None:
        self.requests.retry_after(seconds)


def _kafka(partitions: Collection[TopicPartition]) -> list[KafkaTopicPartition]:
    return [KafkaTopicPartition(each.topic, each.partition) for each in partitions]
