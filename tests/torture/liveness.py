"""Whether the service comes back once nothing is broken any more, and how long it takes.

These are the only judgements by the clock, and generous: a service that needs half a minute when
nothing is wrong is stuck, whatever the machine.
"""

import time
from collections.abc import Callable
from typing import Final

from tests.torture.clients.groups import GROUPS
from tests.torture.cluster import Cluster
from tests.torture.crew import Crew
from tests.torture.layout import places
from tests.torture.live import LiveView

WHOLE_WITHIN_S: Final = 30.0
PROGRESS_WITHIN_S: Final = 30.0
LATE_END_WITHIN_S: Final = 60.0
"""A transaction may have to run out first, and three follow it."""
CAUGHT_UP_WITHIN_S: Final = 60.0
GROUPS_DONE_WITHIN_S: Final = 90.0
"""A session and a transaction may have to run out first."""


def wait_until_whole(cluster: Cluster) -> tuple[float, str | None]:
    """Every partition has its leader and full ISR: after how many seconds, or what is missing."""

    def missing() -> str | None:
        found = cluster.partitions()
        broken = [f"{p}: {r}" for p, r in found.items() if not r.is_whole]
        away = [each.id for each in cluster.brokers() if each.pid is None]
        if away:
            return f"brokers {away} do not run {WHOLE_WITHIN_S:.0f} s after healing"
        return f"not whole {WHOLE_WITHIN_S:.0f} s after healing: {broken}" if broken else None

    return _wait(missing, WHOLE_WITHIN_S)


def wait_for_writes(live: LiveView, what: str) -> tuple[float, str | None]:
    """Every promised partition takes writes that were sent from now on."""
    since = time.monotonic()

    def missing() -> str | None:
        live.refresh()
        still = [str(place) for place in places("all") if live.last_invoked.get(place, 0) < since]
        words = f"no write in {PROGRESS_WITHIN_S:.0f} s {what}: {', '.join(still)}"
        return words if still else None

    return _wait(missing, PROGRESS_WITHIN_S)


def wait_for_late_end(live: LiveView) -> tuple[float, str | None]:
    """Transactions go on, down to an EndTxn that comes a transaction late, from now on."""
    since = time.monotonic()

    def missing() -> str | None:
        live.refresh()
        words = f"no EndTxn came a transaction late in {LATE_END_WITHIN_S:.0f} s after healing"
        return words if live.last_late_end < since else None

    return _wait(missing, LATE_END_WITHIN_S)


def wait_for_readers(live: LiveView, crew: Crew) -> tuple[float, str | None]:
    """Every reader has read what is acknowledged; the writers have stopped."""
    names = {f"{member.task.history.rpartition('/')[2]}": str(member) for member in crew.readers}

    def missing() -> str | None:
        live.refresh()
        behind = [
            f"{told} in {place}"
            for name, told in names.items()
            for place in live.acknowledged
            if live.is_behind(name, place)
        ]
        words = f"not caught up after {CAUGHT_UP_WITHIN_S:.0f} s: {', '.join(behind)}"
        return words if behind else None

    return _wait(missing, CAUGHT_UP_WITHIN_S)


def wait_for_groups(cluster: Cluster, live: LiveView, crew: Crew) -> tuple[float, str | None]:
    """Every group has committed all that is acknowledged; the writers have stopped."""

    def missing() -> str | None:
        crew.tend()
        live.refresh()
        behind = [
            f"{group.name} at {at.get(place)} of {end} in {place}"
            for group in GROUPS.values()
            for at in [cluster.committed(group)]
            for place in group.places
            if at.get(place, -1) < (end := live.known_end(place))
        ]
        words = f"groups are behind after {GROUPS_DONE_WITHIN_S:.0f} s: {', '.join(behind)}"
        return words if behind else None

    return _wait(missing, GROUPS_DONE_WITHIN_S)


def _wait(missing: Callable[[], str | None], seconds: float) -> tuple[float, str | None]:
    """Until nothing is missing: after how long, and what still is when time is up."""
    begun = time.monotonic()
    while (words := missing()) is not None and time.monotonic() - begun < seconds:
        time.sleep(0.2)
    return time.monotonic() - begun, words
