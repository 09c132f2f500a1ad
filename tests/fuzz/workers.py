"""Processes that fuzz, and what is left of one that did not survive it.

A decoder that never ends, or that takes the process down with it, cannot be caught within: each
batch is written down before it runs, and a signal ends a process whose batch does not end.
"""

import faulthandler
import multiprocessing
import os
import pickle
import resource
import signal
import tempfile
from collections.abc import Mapping, Sequence
from mmap import mmap
from multiprocessing.process import BaseProcess
from pathlib import Path

from tests.fuzz.batches import Find, Traced
from tests.fuzz.fuzzing import Outcome, fuzz
from tests.fuzz.heap import Heap, is_measurable
from tests.fuzz.target import Target

ENDLESS_SECONDS = 10
"""Of CPU, for one batch: on a machine with much else to do its turn may come late."""
MEMORY_MAX = 3 << 30
"""Bytes of address space; beyond it there is ``MemoryError``, which is a find."""
_JOURNAL_BYTES = 1 << 21


class Journal:
    """The batch at hand, in a file that outlives the process."""

    def __init__(self, path: Path) -> None:
        with path.open("w+b") as file:
            file.truncate(_JOURNAL_BYTES)
            self._map = mmap(file.fileno(), _JOURNAL_BYTES)
        # In C, so that it is served within compiled code too; then the signal does what it does.
        faulthandler.register(signal.SIGPROF, chain=True)

    def __call__(self, name: str, batch: Sequence[bytes]) -> None:
        told = pickle.dumps((name, batch))
        self._map[: len(told)] = told
        signal.setitimer(signal.ITIMER_PROF, ENDLESS_SECONDS)


def died_with(path: Path) -> list[tuple[str, Find]]:
    """What a process was doing when it died: one of these inputs."""
    name, batch = pickle.loads(path.read_bytes())
    return [(name, Find(data, "the process died in the batch that this is of")) for data in batch]


def work(
    targets: Mapping[str, Target], *, processes: int, runs: int, seed: int, seconds: float
) -> list[Outcome]:
    """``runs`` executions each; processes have the seeds from ``seed`` on."""
    with tempfile.TemporaryDirectory() as folder:
        fork = multiprocessing.get_context("fork")
        paths = [Path(folder) / str(number) for number in range(processes)]
        started: list[BaseProcess] = []
        for number, path in enumerate(paths):
            process = fork.Process(target=_work, args=(targets, path, runs, seed + number, seconds))
            process.start()
            started.append(process)
        for process in started:
            process.join()
        return [_outcome(path) for path in paths]


def _work(targets: Mapping[str, Target], path: Path, runs: int, seed: int, seconds: float) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_MAX, MEMORY_MAX))
    memory = Heap() if is_measurable() else Traced()
    outcome = fuzz(targets, memory, runs=runs, seed=seed, seconds=seconds, journal=Journal(path))
    signal.setitimer(signal.ITIMER_PROF, 0)
    partial = path.with_suffix(".partial")
    partial.write_bytes(pickle.dumps(outcome))
    partial.rename(path.with_suffix(".done"))
    # Nothing that the parent registered is to be cleared away here.
    os._exit(0)


def _outcome(path: Path) -> Outcome:
    done = path.with_suffix(".done")
    if done.exists():
        outcome: Outcome = pickle.loads(done.read_bytes())
        return outcome
    return Outcome(found=died_with(path))
