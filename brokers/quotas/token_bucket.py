"""A rate that may be exceeded for a moment and is kept on average."""

from dataclasses import dataclass
from math import ceil


@dataclass(slots=True)
class TokenBucket:
    """Fills with ``rate`` tokens a second, up to what ``burst_ms`` bring.

    ``take`` may overdraw it, for what something costs is often known only afterwards; nothing is
    available then until the debt is paid. ``rate`` is positive; a new bucket is full.
    """

    rate: float
    burst_ms: int
    level: float
    at_ms: int

    @classmethod
    def full(cls, rate: float, *, burst_ms: int, now_ms: int) -> "TokenBucket":
        """Raises ``ValueError`` unless ``rate`` and ``burst_ms`` are positive."""
        if rate <= 0 or burst_ms <= 0:
            raise ValueError(f"a bucket needs a positive rate and burst, not {rate} and {burst_ms}")
        return cls(rate, burst_ms, rate * burst_ms / 1000, now_ms)

    def available(self, now_ms: int) -> float:
        """Tokens that may be taken now; negative while there is a debt."""
        passed = max(0, now_ms - self.at_ms)
        return min(self.level + self.rate * passed / 1000, self.rate * self.burst_ms / 1000)

    def take(self, tokens: float, now_ms: int) -> None:
        """Take ``tokens``, whether they are there or not."""
        self.level = self.available(now_ms) - tokens
        self.at_ms = max(self.at_ms, now_ms)

    def wait_ms(self, now_ms: int) -> int:
        """Until something is available; 0 when something is."""
        missing = -self.available(now_ms)
        return 0 if missing < 0 else max(1, ceil(missing * 1000 / self.rate))
