"""One measurement from an empty folder to its line in the ledger."""

import os
import random
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tests.torture.cluster import Cluster
from tests.torture.crew import Crew
from tests.torture.measure import connectors, failover, hostile, moved_tasks, outage, power_cut
from tests.torture.network import choice
from tests.torture.network.network import Way

LOAD: Final = 100.0
"""Records per second beside the probe."""

STRIKES: Final = {
    "killed-leader": failover.kill_leader,
    "stopped-leader": failover.stop_leader,
    "cut-off-leader": failover.cut_off_leader,
}
MEASURES: Final = (*STRIKES, "outage", "power-cut", "hostile", "connectors", "moved-tasks")


@dataclass(frozen=True, slots=True)
class Measure:
    """``samples`` is for leaders and for what is killed of connectors, ``minutes`` for outage and
    attacks, ``rows`` for connectors, ``tasks`` for those that move, the rest for the power cut."""

    what: str
    brokers: int = 3
    seed: int = 1
    samples: int = 30
    minutes: float = 10.0
    partitions: int = 1000
    stored_bytes: int = 10 << 30
    rows: int = 1_000_000
    tasks: int = 12
    links: Way | None = None
    """By what the leader is cut off; by the best there is when None."""


def run(measure: Measure) -> dict[str, Any]:
    """Nothing that was started or written is left."""
    with ExitStack() as undo:
        folder = Path(undo.enter_context(tempfile.TemporaryDirectory(prefix="headwater-measure-")))
        histories = folder / "histories"
        histories.mkdir()
        links = choice.way(measure.links) if measure.what == "cut-off-leader" else None
        if measure.what == "connectors":
            # The targets are on this machine, as the service itself.
            os.environ.update(connectors.ALLOW)
        workers = moved_tasks.WORKERS if measure.what == "moved-tasks" else 1
        cluster = undo.enter_context(
            Cluster(folder, measure.brokers, links=links, connect_workers=workers)
        )
        crew = undo.enter_context(Crew(cluster.login, histories, 400.0))
        if measure.what == "outage":
            return outage.measure(cluster, crew, histories, measure.minutes)
        if measure.what == "hostile":
            return hostile.measure(cluster, crew, histories, measure.minutes, measure.seed)
        if measure.what == "connectors":
            return connectors.measure(
                cluster, folder, kills=measure.samples, seed=measure.seed, rows=measure.rows
            )
        if measure.what == "moved-tasks":
            return moved_tasks.measure(
                cluster,
                tasks=measure.tasks,
                samples=measure.samples,
                draw=random.Random(measure.seed),
            )
        if measure.what == "power-cut":
            return power_cut.measure(cluster, measure.partitions, measure.stored_bytes)
        crew.start("idempotent-writer", rate=LOAD)
        draw = random.Random(measure.seed)
        found = failover.measure(cluster, STRIKES[measure.what], measure.samples, draw)
        return found if links is None else {"links": links, **found}
