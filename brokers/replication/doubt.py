"""A leader that others may have replaced without its knowing.

It cannot commit what it was given, nobody follows it any more, and it cannot reach the metadata
store, which alone could say whether that is because it was replaced. Whether it leads is not for it
to decide, and nothing here bears on safety; but clients that go on waiting for it do so in vain,
and its answer that it leads no more has them look elsewhere. Kafka's brokers let them wait: a
producer that is told of a time-out asks the same leader again.
"""

from dataclasses import dataclass
from typing import Final

STALLED_MS_MAX: Final = 3_000
"""As long as it takes until a broker that is not heard of is replaced."""


@dataclass(slots=True)
class Doubt:
    """One leadership's. ``look`` at it often; times in monotonic milliseconds."""

    is_justified: bool = False
    _high_watermark: int = -1
    _since_ms: int = 0

    def look(
        self,
        *,
        high_watermark: int,
        log_end: int,
        is_followed: bool,
        store_answers: bool,
        now_ms: int,
    ) -> bool:
        """Whether doubt has just become justified. It is over as soon as the store answers,
        everything is committed, or somebody has everything (``is_followed``): a leader with one
        follower left of two still leads, though nobody can take the other out for it."""
        is_committed = high_watermark >= log_end
        if high_watermark != self._high_watermark or is_committed:
            self._high_watermark = high_watermark
            self._since_ms = now_ms
        was_justified = self.is_justified
        if store_answers or is_committed or is_followed:
            self.is_justified = False
        elif now_ms - self._since_ms > STALLED_MS_MAX:
            self.is_justified = True
        return self.is_justified and not was_justified
