"""Connectors as JSON, by Kafka Connect's names. Pure."""

from typing import Any, Final

from connect.selectors.connectors import ConnectorInfo, ConnectorStatus, TaskStatus
from connect.spi.records import TopicPartition

Json = dict[str, Any]

TOPIC: Final = "kafka_topic"
PARTITION: Final = "kafka_partition"
OFFSET: Final = "kafka_offset"


def connector_document(info: ConnectorInfo) -> Json:
    return {
        "name": info.name,
        "config": {**info.config, "name": info.name},
        "tasks": [{"connector": info.name, "task": number} for number in info.task_numbers],
        "type": str(info.kind),
    }


def status_document(status: ConnectorStatus) -> Json:
    connector: Json = {"state": str(status.state), "worker_id": status.worker_id}
    if status.trace:
        connector["trace"] = status.trace
    return {
        "name": status.name,
        "connector": connector,
        "tasks": [task_status_document(task) for task in status.tasks],
        "type": str(status.kind),
    }


def task_status_document(task: TaskStatus) -> Json:
    document: Json = {
        "id": task.number,
        "state": str(task.state),
        "worker_id": task.worker_id,
    }
    return document | {"trace": task.trace} if task.trace else document


def task_document(name: str, number: int, config: dict[str, str]) -> Json:
    return {"id": {"connector": name, "task": number}, "config": {**config, "name": name}}


def sink_offset_document(partition: TopicPartition, offset: int) -> Json:
    return {
        "partition": {TOPIC: partition.topic, PARTITION: partition.partition},
        "offset": {OFFSET: offset},
    }


def plugin_document(name: str, kind: str, version: str) -> Json:
    return {"class": name, "type": kind, "version": version}
