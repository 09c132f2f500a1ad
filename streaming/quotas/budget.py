"""One rate of one tenant at this web process: what may be had now. Pure.

A web process has a *share* of the tenant's limit (``shares.py``). It saves up one second's worth,
so that over any time the tenant has its limit and one second more.
"""

from dataclasses import dataclass
from math import ceil
from typing import Final

from brokers.quotas.token_bucket import TokenBucket

BURST_MS: Final = 1_000
NEVER_SECONDS: Final = 60
"""What is told of a limit of nothing: it is for somebody to raise."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a request. ``limit`` is the tenant's, a second; ``remaining`` is of this
    process's share; times are whole seconds from now."""

    allowed: bool
    limit: int
    remaining: int
    reset_seconds: int
    retry_after_seconds: int


class Budget:
    """``limit`` and ``share`` are units a second; times are monotonic milliseconds."""

    __slots__ = ("_asked", "_asked_since_ms", "_bucket", "limit")

    def __init__(self, limit: float, now_ms: int) -> None:
        self.limit = limit
        self._bucket = _bucket(limit, now_ms)
        self._asked = 0.0
        self._asked_since_ms = now_ms

    def ask(self, now_ms: int) -> Verdict:
        """Take one unit if there is one."""
        self._asked += 1
        bucket = self._bucket
        if bucket is None:
            return Verdict(False, 0, 0, NEVER_SECONDS, NEVER_SECONDS)
        allowed = bucket.available(now_ms) >= 1
        if allowed:
            bucket.take(1, now_ms)
        left = bucket.available(now_ms)
        missing = bucket.rate * bucket.burst_ms / 1000 - left
        return Verdict(
            allowed,
            limit=max(1, int(self.limit)),
            remaining=max(0, min(int(left), int(self.limit))),
            reset_seconds=ceil(missing / bucket.rate),
            retry_after_seconds=0 if allowed else max(1, ceil((1 - left) / bucket.rate)),
        )

    def spend(self, units: float, now_ms: int) -> None:
        """Take what was used already; ``wait_ms`` tells for how long that is too much."""
        self._asked += units
        if self._bucket is not None:
            self._bucket.take(units, now_ms)

    def wait_ms(self, now_ms: int) -> int:
        """Until something may be used again; 0 when it may now."""
        if self._bucket is None:
            return NEVER_SECONDS * 1000
        return self._bucket.wait_ms(now_ms)

    def set_share(self, share: float, now_ms: int) -> None:
        """Have another share from now on; what was saved or owed stays so."""
        bucket = self._bucket
        if bucket is None or share <= 0:
            self._bucket = _bucket(share, now_ms)
            return
        bucket.take(0, now_ms)
        bucket.rate = share
        bucket.burst_ms = _burst_ms(share)

    def demand(self, now_ms: int) -> float:
        """Units a second that were asked for since this was last called, granted or not."""
        passed = max(1, now_ms - self._asked_since_ms)
        demand = self._asked * 1000 / passed
        self._asked, self._asked_since_ms = 0.0, now_ms
        return demand


def _bucket(rate: float, now_ms: int) -> TokenBucket | None:
    if rate <= 0:
        return None
    return TokenBucket.full(rate, burst_ms=_burst_ms(rate), now_ms=now_ms)


def _burst_ms(rate: float) -> int:
    """A second's worth, and never less than one unit."""
    return max(BURST_MS, ceil(1000 / rate))
