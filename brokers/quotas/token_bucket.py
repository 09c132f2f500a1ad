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
    taken: float = 0.0
    """All that ever was."""
    shortages: int = 0
    """How often ``charge`` found nothing left."""
    taken_at_look: float = 0.0
    """What was ``taken`` at the last ``taken_since_look``."""

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
        self.taken += tokens
        self.at_ms = max(self.at_ms, now_ms)

    def charge(self, tokens: float, now_ms: int) -> int:
        """Take ``tokens``; how long nothing is available then, 0 while something is. One call, for
        whoever does both on the hot path."""
        at_ms, rate = self.at_ms, self.rate
        level = self.level
        if now_ms > at_ms:
            level += rate * (now_ms - at_ms) / 1000
            full = rate * self.burst_ms / 1000
            level = min(level, full)
            self.at_ms = now_ms
        self.level = level = level - tokens
        self.taken += tokens
        if level > 0:
            return 0
        self.shortages += 1
        return max(1, ceil(-level * 1000 / rate))

    def set_rate(self, rate: float, now_ms: int) -> None:
        """From now on; what is there, and what is owed, stays. Raises ``ValueError``."""
        if rate <= 0:
            raise ValueError(f"a bucket needs a positive rate, not {rate}")
        if rate != self.rate:
            self.take(0, now_ms)
            self.rate = rate

    def taken_since_look(self) -> float:
        """Since this was last asked; for one who asks again and again."""
        taken, self.taken_at_look = self.taken - self.taken_at_look, self.taken
        return taken

    def wait_ms(self, now_ms: int) -> int:
        """Until something is available; 0 when something is."""
        missing = -self.available(now_ms)
        return 0 if missing < 0 else max(1, ceil(missing * 1000 / self.rate))
