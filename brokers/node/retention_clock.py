"""Whether the wall clock can be believed for deleting records by age.

A clock that was set forward by a year would make everything old at once. So wall time is compared
with the monotonic clock from round to round; after a jump, deleting by age waits until an hour has
passed without another, in which a wrongly set clock can be put right.
"""

from dataclasses import dataclass
from typing import Final

JUMP_MS: Final = 30_000
PAUSE_MS: Final = 3_600_000


@dataclass(slots=True)
class RetentionClock:
    """Pure: both clocks come in, milliseconds."""

    _wall_ms: int | None = None
    _monotonic_ms: int = 0
    _believed_from_ms: int = 0
    _frozen_at_ms: int = 0

    def believed(self, wall_ms: int, monotonic_ms: int) -> int:
        """The wall time to judge ages by; the one before the jump while the clock is not
        believed."""
        if self._wall_ms is not None:
            drift = (wall_ms - self._wall_ms) - (monotonic_ms - self._monotonic_ms)
            if abs(drift) > JUMP_MS:
                if monotonic_ms >= self._believed_from_ms:
                    self._frozen_at_ms = self._wall_ms
                self._believed_from_ms = monotonic_ms + PAUSE_MS
        self._wall_ms, self._monotonic_ms = wall_ms, monotonic_ms
        return wall_ms if monotonic_ms >= self._believed_from_ms else self._frozen_at_ms
