"""A tenant's connectors as Prometheus text. Pure."""

from collections.abc import Iterable, Iterator
from typing import Final

from brokers.kernel.prometheus import Sample, family
from connect.selectors.connectors import ConnectorStatus, TaskStatus
from connect.states import State

_COUNTED: Final = (
    ("records", "counter", "Records moved"),
    ("bytes", "counter", "Bytes of the keys and values moved, as Kafka has them"),
    ("errors", "counter", "Records that failed on the way"),
    ("dead_letters", "counter", "Records sent to the dead-letter topic"),
    ("retries", "counter", "Steps that were tried again"),
    ("lag", "gauge", "Records that a sink has not read yet"),
    ("batch_ms", "gauge", "Milliseconds that the last batch took"),
    ("rss_bytes", "gauge", "Memory of the task's process"),
)
"""What a task's process counts since it began, see ``connect/task/metrics.py``."""


def exposition(statuses: Iterable[ConnectorStatus]) -> str:
    """Of all connectors and tasks. A task that has not counted a thing has no sample of it."""
    ordered = sorted(statuses, key=lambda each: each.name)
    lines = list(
        family(
            "headwater_connector_state", "gauge", "1 for the state that a connector is in",
            (({"connector": each.name, "state": each.state.lower()}, 1) for each in ordered),
        )
    )  # fmt: skip
    tasks = [
        ({"connector": status.name, "task": str(task.number)}, task)
        for status in ordered
        for task in status.tasks
    ]
    lines += family(
        "headwater_connector_task_state", "gauge", "1 for the state that a task is in",
        ((labels | {"state": task.state.lower()}, 1) for labels, task in tasks),
    )  # fmt: skip
    lines += family(
        "headwater_connector_task_running", "gauge", "Whether a task runs",
        ((labels, int(task.state is State.RUNNING)) for labels, task in tasks),
    )  # fmt: skip
    lines += family(
        "headwater_connector_task_failures", "gauge", "Ends by failure since a task last ran well",
        ((labels, task.restarts) for labels, task in tasks),
    )  # fmt: skip
    lines += family(
        "headwater_connector_task_waiting", "gauge", "Whether a task waits for what it connects to",
        ((labels, int(_waits(task))) for labels, task in tasks),
    )  # fmt: skip
    lines += family(
        "headwater_connector_task_waiting_seconds", "gauge",
        "For how long a task has waited for what it connects to",
        ((labels, _waiting_s(task)) for labels, task in tasks),
    )  # fmt: skip
    for name, kind, what in _COUNTED:
        suffix = "_total" if kind == "counter" else ""
        lines += family(
            f"headwater_connector_task_{name}{suffix}", kind, what, _samples(name, tasks)
        )
    return "\n".join(lines) + "\n"


def _waits(task: TaskStatus) -> bool:
    return task.state is State.RUNNING and bool(task.metrics.get("waiting"))


def _waiting_s(task: TaskStatus) -> int:
    return int(task.metrics.get("waiting_s") or 0) if _waits(task) else 0


def _samples(name: str, tasks: Iterable[tuple[dict[str, str], TaskStatus]]) -> Iterator[Sample]:
    for labels, task in tasks:
        value = task.metrics.get(name)
        if value is not None:
            yield labels, value
