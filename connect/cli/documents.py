"""Connectors as the documents and tables of ``connectors``."""

import re
from collections.abc import Iterable, Sequence
from datetime import UTC
from typing import Any, Final

from connect.selectors.connectors import ConnectorInfo, ConnectorStatus, TaskStatus
from connect.states import NO_ROOM, State
from tenants.cli.answer import Table

Json = dict[str, Any]

_OWN_ERROR: Final = re.compile(r"^connect\.spi\.errors\.\w+: ")
_COUNTED = ("records", "errors", "dead_letters", "lag")


def connector_document(info: ConnectorInfo, status: ConnectorStatus) -> Json:
    return {
        "connector": info.name,
        "type": str(info.kind),
        "plugin": info.plugin,
        "state": str(status.state),
        "target_state": str(info.target_state),
        "worker": status.worker_id or None,
        "restarts": status.restarts,
        "next_restart_at": status.next_restart_at,
        "trace": status.trace or None,
        "tasks": [_task_document(task) for task in status.tasks],
    }


def _task_document(task: TaskStatus) -> Json:
    return {
        "task": task.number,
        "state": str(task.state),
        "worker": task.worker_id or None,
        "restarts": task.restarts,
        "next_restart_at": task.next_restart_at,
        "metrics": task.metrics,
        "trace": task.trace or None,
    }


def connectors_table(documents: Iterable[Json]) -> Table:
    rows = tuple(
        (
            each["connector"],
            each["type"],
            each["plugin"],
            _state_in_words(each),
            _tasks_in_words(each["tasks"]),
            _sum(each["tasks"], "records"),
            _first_line(each),
        )
        for each in documents
    )
    return Table(("CONNECTOR", "TYPE", "PLUGIN", "STATE", "TASKS", "RECORDS", "ERROR"), rows)


def tasks_table(tasks: Sequence[Json]) -> Table:
    rows = tuple(
        (
            each["task"],
            _state_in_words(each),
            each["worker"],
            each["restarts"],
            *(each["metrics"].get(name) for name in _COUNTED),
            _headline(each["trace"]) or _waiting(each),
        )
        for each in tasks
    )
    columns = ("TASK", "STATE", "WORKER", "RESTARTS", *(name.upper() for name in _COUNTED), "ERROR")
    return Table(columns, rows)


def config_table(config: Json) -> Table:
    return Table(("KEY", "VALUE"), tuple(sorted(config.items())))


def _state_in_words(document: Json) -> str:
    """With when it is tried again, for what has failed is not given up."""
    again = document["next_restart_at"]
    if document["state"] != "FAILED" or again is None:
        return str(document["state"])
    return f"FAILED, try {document['restarts'] + 1} at {again.astimezone(UTC):%H:%M:%S} UTC"


def _tasks_in_words(tasks: Sequence[Json]) -> str:
    """``2/3``: how many of them run."""
    running = sum(task["state"] == "RUNNING" for task in tasks)
    return f"{running}/{len(tasks)}"


def _sum(tasks: Sequence[Json], name: str) -> int | None:
    found = [task["metrics"][name] for task in tasks if name in task["metrics"]]
    return sum(found) if found else None


def _first_line(document: Json) -> str | None:
    """Why it does not run, or why it runs and moves nothing."""
    tasks = document["tasks"]
    traces = [document["trace"], *(task["trace"] for task in tasks)]
    return next(filter(None, (*map(_headline, traces), *map(_waiting, tasks))), None)


def _waiting(task: Json) -> str | None:
    """Why a task that runs moves or commits nothing, and for how long; what it said before it ended
    is over."""
    why = task["metrics"].get("waiting") if task["state"] == "RUNNING" else None
    return f"{why} (for {_span(task['metrics'].get('waiting_s') or 0)})" if why else None


def lacks_room(status: ConnectorStatus) -> bool:
    """Whether one of its tasks waits for a worker that has room."""
    return any(task.trace == NO_ROOM for task in status.tasks)


def _span(seconds: int) -> str:
    """``45 s``, ``3 min``, ``2 h``: its largest whole part."""
    for size, unit in ((3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"


def _headline(trace: str | None) -> str | None:
    """What failed, in one line: Python tells it last, Java first. Which of Connect's own errors it
    was says nothing beside the sentence."""
    lines = [line for line in (trace or "").splitlines() if line.strip()]
    if not lines:
        return None
    line = lines[-1] if lines[0].startswith("Traceback") else lines[0]
    return _OWN_ERROR.sub("", line)


def failure_of(status: ConnectorStatus) -> str | None:
    """Why it does not run, where something has failed."""
    told = [(status.state, status.trace), *((task.state, task.trace) for task in status.tasks)]
    failed = (trace for state, trace in told if state is State.FAILED and trace)
    return next(map(_headline, failed), None)
