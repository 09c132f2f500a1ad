"""Until when this broker can be sure that it was not replaced for its silence.

Others fence a broker whose heartbeat has not moved for a whole session. One that was written after
moment m was seen to move after m, so nobody fences this broker before m and a session. For less
time than that it may tell what it knows as a coordinator; afterwards it has to ask its followers,
by a write, whether it still leads. (A broker that refuses connections is fenced at once; what must
be true even then is always asked for by a write.)
"""

from dataclasses import dataclass
from typing import Final

MARGIN_MS: Final = 500
"""For clocks that run at different rates, and what happens between a look and an answer."""


@dataclass(slots=True)
class Lease:
    """Times in this broker's monotonic milliseconds; a broker that was stopped sees them pass."""

    session_ms: int
    _until_ms: int = -1

    def renewed(self, asked_ms: int) -> None:
        """A heartbeat that was sent at ``asked_ms`` was taken."""
        self._until_ms = asked_ms + self.session_ms - MARGIN_MS

    def holds(self, now_ms: int) -> bool:
        return now_ms < self._until_ms
