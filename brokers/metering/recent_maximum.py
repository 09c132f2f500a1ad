"""The largest of what was seen within the last hour, in a few numbers. Pure."""

from collections import deque
from typing import Final

STEP_MS: Final = 300_000
STEPS: Final = 12
"""What was seen up to a step less than an hour ago counts, and what was an hour ago does not."""


class RecentMaximum:
    """Times are monotonic milliseconds; values are not negative."""

    __slots__ = ("_steps",)

    def __init__(self) -> None:
        self._steps: deque[tuple[int, int]] = deque()
        """The number of a step and the largest in it; ``STEPS`` at most, oldest first."""

    def note(self, value: int, now_ms: int) -> None:
        """Seen now."""
        if value <= 0:
            return
        step = now_ms // STEP_MS
        self._forget(step)
        if self._steps and self._steps[-1][0] == step:
            value = max(value, self._steps.pop()[1])
        self._steps.append((step, value))

    def value(self, now_ms: int) -> int:
        """The largest; 0 where there was none."""
        self._forget(now_ms // STEP_MS)
        return max((largest for _step, largest in self._steps), default=0)

    def _forget(self, step: int) -> None:
        while self._steps and self._steps[0][0] <= step - STEPS:
            self._steps.popleft()
