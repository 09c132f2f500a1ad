"""How much processor time a process may take: so many cores over time, and a little at once. Pure.

Nothing of the kernel's that bounds a process's share is there for everybody (control groups want a
writable tree of their own), but whoever started a process can stop it and let it go on. So the
worker looks at what each task has used, and holds one that has had more than its part for as long
as its part takes to come up with it. What was used between two looks is counted in full: over
time nobody gets more, however short the looks or many the cores.
"""

from dataclasses import dataclass, field
from typing import Final

LOOK_S: Final = 0.25
"""Between two looks at a task that has used its part up; at others the worker looks each second."""
BURST_S: Final = 5.0
"""Seconds' worth of its part that a task may have saved up: to start, to load libraries."""
HOLD_MAX_S: Final = 3.0
"""At a time. A consumer that is held for six is put out of its group; what is left is held after
the next ``LOOK_S``."""
DEBT_MAX_S: Final = 30.0
"""Seconds' worth of its part: more than that is forgotten, so that a debt ends."""


@dataclass(slots=True)
class CpuShare:
    """Of one process. ``used_s`` is its processor time since it began, of all its threads; moments
    are monotonic, in seconds.

    ``cores``: 1.0 is all of one core.
    """

    cores: float
    looked_at: float
    used_s: float = 0.0
    left_s: float = field(init=False)
    held_until: float | None = None

    def __post_init__(self) -> None:
        self.left_s = self.cores * BURST_S

    @property
    def used_up(self) -> bool:
        return self.held_until is not None or self.left_s < self.cores

    def look(self, used_s: float, now: float) -> bool:
        """Whether the process is to be held from now on, until a later look says otherwise."""
        part = self.cores * max(0.0, now - self.looked_at)
        left = self.left_s + part - max(0.0, used_s - self.used_s)
        self.left_s = min(self.cores * BURST_S, max(-self.cores * DEBT_MAX_S, left))
        self.looked_at, self.used_s = now, max(used_s, self.used_s)
        if self.held_until is None:
            if self.left_s < 0:
                self.held_until = now + min(-self.left_s / self.cores, HOLD_MAX_S)
        elif now >= self.held_until:
            # It runs until the next look, whatever it owes: heartbeats are sent meanwhile.
            self.held_until = None
        return self.held_until is not None
