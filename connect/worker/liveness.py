"""Which workers live, as one of them sees it: a lease that counting beats renews. Pure.

No clocks are compared: a worker is dead when its counter has not moved for ``LEASE_S`` of the
observer's own time. Time in which the observer could not look does not count, so that after an
outage of PostgreSQL nobody takes everybody's tasks.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from connect.work import Owner, WorkerSeen

BEAT_S: Final = 1.0
LEASE_S: Final = 3.5
"""With a turn each second and the start of several processes behind it, tasks of a worker that died
run elsewhere within ten seconds; with 5 s there were some on a busy machine that did not
(``moved-tasks`` in ``tests/torture/measured.jsonl``). Longer than two looks may be apart, so that
one late look is nobody's death."""
LOOK_GAP_MAX_S: Final = 3.0
"""Two looks further apart than this had an outage between them."""


@dataclass(slots=True)
class _Noticed:
    beats: int
    at: float


@dataclass(slots=True)
class Liveness:
    """``look`` each time rows were read. ``now`` is monotonic, in seconds."""

    me: Owner
    _noticed: dict[Owner, _Noticed] = field(default_factory=dict)
    _looked_at: float | None = None

    def look(self, now: float, workers: Iterable[WorkerSeen]) -> dict[Owner, int]:
        """Who lives, with their slots. One that is seen for the first time does."""
        if self._looked_at is not None and now - self._looked_at > LOOK_GAP_MAX_S:
            self._noticed.clear()
        self._looked_at = now
        alive: dict[Owner, int] = {}
        noticed: dict[Owner, _Noticed] = {}
        for worker in workers:
            before = self._noticed.get(worker.owner)
            if before is None or before.beats != worker.beats:
                before = _Noticed(worker.beats, now)
            noticed[worker.owner] = before
            if worker.stopped:
                continue
            if worker.owner == self.me or now - before.at < LEASE_S:
                alive[worker.owner] = worker.slots
        self._noticed = noticed
        return alive
