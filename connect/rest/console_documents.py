"""Connectors as the console shows them: more than Kafka Connect's documents hold. Pure."""

from typing import Any

from connect.selectors.connectors import ConnectorInfo, ConnectorStatus, TaskStatus
from connect.selectors.plugins import PluginEntry
from connect.selectors.task_logs import LogLine
from streaming.api.management_view import rfc3339

Json = dict[str, Any]


def overview_document(info: ConnectorInfo, status: ConnectorStatus) -> Json:
    return {
        "name": info.name,
        "kind": str(info.kind),
        "plugin": info.plugin,
        "state": str(status.state),
        "target_state": str(info.target_state),
        "worker": status.worker_id,
        "trace": status.trace,
        "restarts": status.restarts,
        "next_restart_at": rfc3339(status.next_restart_at),
        "tasks": [_task(task) for task in status.tasks],
        "created_at": rfc3339(info.created_at),
        "updated_at": rfc3339(info.updated_at),
    }


def _task(task: TaskStatus) -> Json:
    return {
        "number": task.number,
        "state": str(task.state),
        "worker": task.worker_id,
        "trace": task.trace,
        "restarts": task.restarts,
        "next_restart_at": rfc3339(task.next_restart_at),
        "metrics": task.metrics,
    }


def catalogue_document(entry: PluginEntry) -> Json:
    return {
        "name": entry.name,
        "kind": entry.kind,
        "version": entry.version,
        "title": entry.title,
        "doc": entry.doc,
        "aliases": list(entry.aliases),
        "exactly_once": entry.exactly_once,
    }


def log_document(line: LogLine) -> Json:
    return {
        "at": rfc3339(line.at),
        "level": line.level,
        "message": line.message,
        "generation": line.generation,
    }
