"""From a connect worker's end until its tasks run elsewhere and their next records are read.

Two ends in turn. *Killed*: SIGKILL to the worker and its tasks; the supervisor starts the worker
again, which may have its tasks back. *Lost*: it is stopped and its tasks are killed, so that others
see of it what they see of a machine that is gone; it is killed once its tasks have moved.
"""

import os
import random
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import suppress
from types import TracebackType
from typing import Any, Final

import psutil
from confluent_kafka import Consumer

from streaming.cell.programs import CONNECT_PREFIX
from streaming.cell.supervision import Supervisor
from tests.torture.cluster import Cluster
from tests.torture.measure.connect_rest import ConnectRest
from tests.torture.measure.spread import spread

WORKERS: Final = 3
CALM_S: Final = (1.0, 3.0)
"""Between two trials; drawn, so as not to beat in time with leases."""
SETTLED_S: Final = 180.0
MOVED_S: Final = 120.0
LOOK_S: Final = 0.1
"""Between two looks at the status: how much too late a task may be seen to run."""
ON_THEIR_WAY_S: Final = 1.0
"""For the last records of tasks that were killed; a new process takes longer to start."""
RATE: Final = "10"

Undo = Callable[[], None]


class Arrivals:
    """When each topic's first record was read since the latest strike. A context manager that reads
    all of them."""

    def __init__(self, cluster: Cluster, topics: Iterable[str]) -> None:
        settings = {
            "group.id": "moved-tasks", "auto.offset.reset": "latest",
            "topic.metadata.refresh.interval.ms": "1000",
        }  # fmt: skip
        self._consumer = Consumer(cluster.login.librdkafka(**settings))
        self._consumer.subscribe(list(topics))
        self._first: dict[str, float] = {}
        self._since = 0.0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._read, daemon=True)

    def __enter__(self) -> "Arrivals":
        self._thread.start()
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self._ended.set()
        self._thread.join()
        self._consumer.close()

    def struck(self, moment: float) -> None:
        """At ``moment``, monotonic: what is read from a little after it on counts."""
        self._since = moment + ON_THEIR_WAY_S
        self._first.clear()

    def first(self, topic: str) -> float | None:
        return self._first.get(topic)

    def _read(self) -> None:
        while not self._ended.is_set():
            message = self._consumer.poll(0.2)
            now = time.monotonic()
            if message is not None and message.error() is None and now > self._since:
                self._first.setdefault(str(message.topic()), now)


def measure(cluster: Cluster, *, tasks: int, samples: int, draw: random.Random) -> dict[str, Any]:
    """``tasks`` are connectors of one each, spread over the workers. Seconds, of the slowest task
    of the worker that was struck."""
    rest = ConnectRest.of(cluster)
    names = [f"moved-{number}" for number in range(tasks)]
    for name in names:
        config = {"connector.class": "data-generator", "topic": name, "rate.per.second": RATE}
        rest.ask(body={"name": name, "config": config})
    _until(lambda: _are_spread(cluster, rest, tasks), "all tasks to run")
    trials: dict[str, list[dict[str, float]]] = {end: [] for end in STRIKES}
    with Arrivals(cluster, names) as arrivals:
        _until(lambda: all(arrivals.first(name) for name in names), "records to be read")
        for number in range(samples):
            _until(lambda: _are_spread(cluster, rest, tasks), "all tasks to be spread")
            time.sleep(draw.uniform(*CALM_S))
            end = list(STRIKES)[number % len(STRIKES)]
            trials[end].append(_trial(cluster, rest, arrivals, end, draw))
            print(f"{number + 1}/{samples} {end} {trials[end][-1]}", file=sys.stderr, flush=True)
    return {
        "workers": WORKERS,
        "tasks": tasks,
        **{end: _told(each) for end, each in trials.items()},
    }


def _told(trials: list[dict[str, float]]) -> dict[str, dict[str, float]]:
    return {name: spread([trial[name] for trial in trials]) for name in (trials or [{}])[0]}


def _trial(
    cluster: Cluster, rest: ConnectRest, arrivals: Arrivals, end: str, draw: random.Random
) -> dict[str, float]:
    worker, pid = draw.choice(sorted(_workers(cluster).items()))
    own = {name for name, (at, _) in _tasks(rest).items() if at == worker}
    undo = STRIKES[end](pid)
    struck = time.monotonic()
    arrivals.struck(struck)
    try:
        running = _until_moved(rest, worker, own, struck)
        _until(lambda: all(arrivals.first(name) for name in own), "records of all tasks")
    finally:
        undo()
    firsts = [arrivals.first(name) or struck for name in own]
    return {
        "moved": float(len(own)),
        "running": round(running - struck, 3),
        "record": round(max(firsts) - struck, 3),
    }


def _until_moved(rest: ConnectRest, worker: str, own: set[str], struck: float) -> float:
    """When the last task of ``own`` was seen to run, having been seen not to, or elsewhere."""
    left: set[str] = set()
    running: set[str] = set()
    while running < own:
        for name, (at, state) in _tasks(rest).items():
            if at != worker or state != "RUNNING":
                left.add(name)
            if name in own & left and state == "RUNNING":
                running.add(name)
        if time.monotonic() - struck > MOVED_S:
            raise TimeoutError(f"{sorted(own - running)} did not move within {MOVED_S:.0f} s")
        if running < own:
            time.sleep(LOOK_S)
    return time.monotonic()


def kill(pid: int) -> Undo:
    _end(psutil.Process(pid).children(recursive=True), pid)
    return lambda: None


def lose(pid: int) -> Undo:
    tasks = psutil.Process(pid).children(recursive=True)
    os.kill(pid, signal.SIGSTOP)
    _end(tasks)
    return lambda: os.kill(pid, signal.SIGKILL)


STRIKES: Final[dict[str, Callable[[int], Undo]]] = {"killed": kill, "lost": lose}


def _end(tasks: list[psutil.Process], *worker: int) -> None:
    """The worker first: it would start again what ends before it."""
    for pid in (*worker, *(each.pid for each in tasks)):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def _are_spread(cluster: Cluster, rest: ConnectRest, tasks: int) -> bool:
    found = _tasks(rest).values()
    held = Counter(worker for worker, state in found if state == "RUNNING")
    return (
        len(_workers(cluster)) == WORKERS
        and sum(held.values()) == tasks
        and all(held[worker] >= tasks // WORKERS for worker in _workers(cluster))
    )


def _workers(cluster: Cluster) -> dict[str, int]:
    """Their process ids by name, of those that run."""
    found = Supervisor(cluster.data_dir).processes()
    return {
        each.name: each.pid for each in found if each.name.startswith(CONNECT_PREFIX) and each.pid
    }


def _tasks(rest: ConnectRest) -> dict[str, tuple[str, str]]:
    """By connector, its one task's worker and state."""
    found = rest.tasks()
    return {name: (each[0]["worker_id"], each[0]["state"]) for name, each in found.items() if each}


def _until(holds: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + SETTLED_S
    while not holds():
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {SETTLED_S:.0f} s for {what}")
        time.sleep(LOOK_S)
