"""How fast this broker copies replicas that it is only being given (KIP-73).

Whoever is in sync is never held up, nor a replica that only fell behind: this is for those that a
reassignment adds. One bucket for the whole broker, whatever leaders it copies from.
"""

from typing import Final

from brokers.quotas.token_bucket import TokenBucket

BURST_MS: Final = 1_000

LOOK_AGAIN_MS: Final = 1_000
"""A copy waits no longer before it looks again: the rate may have been raised, or taken away."""


class CopyThrottle:
    """``set_rate`` whenever the metadata says so; None lets everything through."""

    __slots__ = ("_bucket",)

    def __init__(self) -> None:
        self._bucket: TokenBucket | None = None

    def set_rate(self, bytes_per_second: int | None, now_ms: int) -> None:
        """An unchanged rate changes nothing, so that no debt is forgotten."""
        before = self._bucket
        if bytes_per_second is None:
            self._bucket = None
        elif before is None or before.rate != bytes_per_second:
            self._bucket = TokenBucket.full(bytes_per_second, burst_ms=BURST_MS, now_ms=now_ms)

    def allowance(self, now_ms: int) -> float | None:
        """Bytes that may be asked for now, negative for a debt; None where there is no limit."""
        return None if self._bucket is None else self._bucket.available(now_ms)

    def copied(self, byte_count: int, now_ms: int) -> None:
        if self._bucket is not None:
            self._bucket.take(byte_count, now_ms)

    def wait_ms(self, now_ms: int) -> int:
        """Before asking again is worth it."""
        wait = 0 if self._bucket is None else self._bucket.wait_ms(now_ms)
        return min(max(wait, 1), LOOK_AGAIN_MS)
