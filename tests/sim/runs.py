"""Many seeds on all cores; what failed, by the seed that shows it again."""

import logging
import os
import time
import traceback
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial

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
}
FLUSH = {"crash": "os"}
"""What a topic is configured as, where it is not ``fsync``."""

CHUNK = 25


@dataclass(frozen=True, slots=True)
class Outcome:
    """``failure`` None: every check held."""

    trouble: str
    seed: int
    events: int
    acknowledged: int
    faults: int
    failure: str | None


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
    failure = None
    try:
        world = World(seed, flush=FLUSH.get(name, "fsync"))
        try:
            world.run(TROUBLES[name])
        except Exception:
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
    )


def run_many(name: str, seeds: Iterable[int], processes: int | None = None) -> Summary:
    """All ``seeds`` of one kind of trouble."""
    summary, begun = Summary(), time.monotonic()
    with ProcessPoolExecutor(processes or os.cpu_count()) as pool:
        for outcome in pool.map(partial(run_one, name), seeds, chunksize=CHUNK):
            summary.seeds += 1
            summary.events += outcome.events
            summary.acknowledged += outcome.acknowledged
            summary.faults += outcome.faults
            if outcome.failure is not None:
                summary.failures = (*summary.failures, outcome)
    summary.seconds = time.monotonic() - begun
    return summary
