"""Many seeds on all cores; what failed, by the seed that shows it again."""

import gc
import logging
import os
import time
import traceback
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any

from brokers.kernel.errors import HeadwaterError
from tests.sim import trouble
from tests.sim.world import World

TROUBLES = {
    "any": trouble.any_trouble,
    "storm": trouble.election_storm,
    "joining": trouble.joining_unnoticed,
    "wiped": trouble.wiped_while_joining,
    "twice": trouble.led_twice_by_the_same,
    "behind": trouble.behind_the_epochs_start,
    "back": trouble.leaders_crash_and_come_back,
    "crash": trouble.one_crash_at_a_time,
    "pipelined": trouble.any_trouble,
    "torn": trouble.any_trouble,
    "coordinators": trouble.any_trouble,
    "handover": trouble.election_storm,
}
CLUSTERS: dict[str, dict[str, Any]] = {
    "crash": {"configs": {"flush": "os"}},
    "pipelined": {"pipelined": 3},
    "torn": {"configs": {"segment.bytes": "2000", "index.interval.bytes": "0"}},
    "coordinators": {"coordinates": True},
    "handover": {"coordinates": True},
}
"""What ``World`` is made with, where it is not the usual one."""

CHUNK = 25

GC_THRESHOLD = 50_000
"""Objects that a cluster makes before those that refer to one another are looked for: few of them
are in cycles until it is thrown away, and to look all the time is a fifth of the work."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """``failure`` None: every check held."""

    trouble: str
    seed: int
    events: int
    acknowledged: int
    faults: int
    failure: str | None
    is_broken_promise: bool = False
    """Whether it is a check that failed, and not the simulation itself, as a mistake in a planted
    bug would make it."""


@dataclass(slots=True)
class Summary:
    seeds: int = 0
    events: int = 0
    acknowledged: int = 0
    faults: int = 0
    seconds: float = 0.0
    failures: tuple[Outcome, ...] = ()


def run_one(name: str, seed: int) -> Outcome:
    logging.disable(logging.CRITICAL)
    failure, is_broken_promise = None, False
    try:
        world = World(seed, **CLUSTERS.get(name, {}))
        try:
            world.run(TROUBLES[name])
        except Exception as error:
            is_broken_promise = isinstance(error, AssertionError | HeadwaterError)
            failure = f"{traceback.format_exc(limit=-4)}\n{world.state()}"
    finally:
        logging.disable(logging.NOTSET)
    return Outcome(
        name,
        seed,
        world.timeline.events,
        len(world.checks.acknowledgements),
        len(world.faults),
        failure,
        is_broken_promise,
    )


def run_many(
    name: str, seeds: Iterable[int], processes: int | None = None, niceness: int = 0
) -> Summary:
    """All ``seeds`` of one kind of trouble. ``niceness``: 0 to 19, of the processes, beside this
    one's."""
    summary, begun = Summary(), time.monotonic()
    with ProcessPoolExecutor(
        processes or os.cpu_count(), initializer=_prepare, initargs=(niceness,)
    ) as pool:
        for outcome in pool.map(partial(run_one, name), seeds, chunksize=CHUNK):
            summary.seeds += 1
            summary.events += outcome.events
            summary.acknowledged += outcome.acknowledged
            summary.faults += outcome.faults
            if outcome.failure is not None:
                summary.failures = (*summary.failures, outcome)
    summary.seconds = time.monotonic() - begun
    return summary


def _prepare(niceness: int) -> None:
    os.nice(niceness)
    gc.freeze()  # What the process was forked with is nothing to look through.
    gc.set_threshold(GC_THRESHOLD)
