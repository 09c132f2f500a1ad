"""When the next departure is due: as many as possible at first, then a steady rate."""

from dataclasses import dataclass
from typing import Final

BURST: Final = 5_000
"""Departures sent without waiting, so that a new service has something to look at."""

PER_SECOND: Final = 50
LATE_SECONDS_MAX: Final = 1.0
"""A feed that fell further behind (machine asleep, brokers away) goes on from now: nobody wants an
hour of departures at once."""


@dataclass(slots=True)
class Pace:
    """``produced`` records are in the topic already; ``due`` is on the caller's monotonic clock."""

    produced: int
    due: float

    def sent(self, now: float) -> None:
        """Count one record and set when the next is due."""
        self.produced += 1
        if self.produced < BURST:
            self.due = now
        else:
            self.due = max(self.due, now - LATE_SECONDS_MAX) + 1 / PER_SECOND

    def wait(self, now: float) -> float:
        """Seconds until the next record is due, 0 when it is due already."""
        return max(self.due - now, 0.0)
