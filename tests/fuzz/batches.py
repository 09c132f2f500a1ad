"""Many executions measured together, and one by one only when together they cost too much.

Both bounds hold for each execution when they hold for all of them in a row: the time of a batch is
at least that of its slowest member, and the memory in use within a batch at least that of its
largest. So a batch within the bound of its smallest member proves it for all; any other is run
again, each member alone and measured exactly.
"""

import time
import traceback
import tracemalloc
from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Protocol

from tests.fuzz.bounds import HANG_SECONDS, allowed_bytes, run_within_bounds
from tests.fuzz.target import Target

Place = tuple[object, ...]
"""Where an execution ended: the line that found a fault, or how much was read without."""


@dataclass(frozen=True, slots=True)
class Find:
    """Input, and what it did."""

    data: bytes
    what: str


class Memory(Protocol):
    """How growth is bounded: ``Heap``, or ``Traced``."""

    def in_use(self) -> int: ...

    def grown(self, before: int) -> int: ...


class Traced:
    """Memory where ``Heap`` cannot be: exact for a batch, and slow."""

    def in_use(self) -> int:
        """Begin to count, from nothing."""
        tracemalloc.start()
        return 0

    def grown(self, before: int) -> int:
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return peak - before


class Bench:
    """Runs batches, and counts the executions that had to be measured one by one."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self.repeated = 0

    def run(self, target: Target, batch: Sequence[bytes]) -> tuple[list[Place], list[Find]]:
        """Where each ended, and what was found. ``batch`` is not empty."""
        before = self._memory.in_use()
        begun = time.thread_time()
        places, finds = execute(target, batch)
        took = time.thread_time() - begun
        grown = self._memory.grown(before)
        if took <= HANG_SECONDS and grown <= allowed_bytes(target, min(map(len, batch))):
            return places, finds
        self.repeated += len(batch)
        crashed = {find.data for find in finds}
        for data in batch:
            if data not in crashed and (what := fault_of(target, data)):
                finds.append(Find(data, what))
        return places, finds


def fault_of(target: Target, data: bytes) -> str:
    """What an execution alone did that it may not; empty when it may."""
    try:
        run_within_bounds(target, data)
    except Exception:
        return traceback.format_exc(limit=-3)
    return ""


def execute(target: Target, batch: Sequence[bytes]) -> tuple[list[Place], list[Find]]:
    """Without measuring anything."""
    decode, refuses, chosen_by = target.decode, target.refuses, target.chosen_by
    places: list[Place] = []
    finds: list[Find] = []
    for data in batch:
        try:
            check = decode(data)
        except refuses as error:
            places.append(_end_of((error.__cause__ or error).__traceback__))
            continue
        except Exception:
            finds.append(Find(data, traceback.format_exc(limit=-3)))
            places.append(())
            continue
        places.append((data[:chosen_by], len(data) >> 3))
        if check is not None:
            try:
                check()
            except Exception:
                finds.append(Find(data, traceback.format_exc(limit=-3)))
    return places, finds


def _end_of(trace: TracebackType | None) -> Place:
    """The innermost line. Not the instruction: which one it is changes as the interpreter
    specialises code. Code lives as long as its module, and so its id."""
    if trace is None:
        return ()
    while trace.tb_next is not None:
        trace = trace.tb_next
    return id(trace.tb_frame.f_code), trace.tb_lineno
