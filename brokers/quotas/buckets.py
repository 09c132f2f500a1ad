"""Buckets by key: made when they are needed, forgotten when they are full. Pure."""

from collections.abc import Hashable
from typing import Final

from brokers.quotas.token_bucket import TokenBucket

BUCKETS_MAX: Final = 10_000
"""A client may give itself a new name for every request. When so many buckets are in use at once,
whoever comes next shares one with all that come after."""

OVERFLOW: Final = "overflow"


class Buckets:
    """Of one kind, each under its key. A bucket that is full is as good as a new one."""

    __slots__ = ("_buckets", "_burst_ms")

    def __init__(self, burst_ms: int) -> None:
        self._burst_ms = burst_ms
        self._buckets: dict[Hashable, TokenBucket] = {}

    def __len__(self) -> int:
        return len(self._buckets)

    def get(self, key: Hashable, rate: float, now_ms: int) -> TokenBucket:
        """The bucket, at that rate from now on."""
        bucket = self._buckets.get(key)
        if bucket is None:
            if len(self._buckets) >= BUCKETS_MAX and key is not OVERFLOW:
                self.forget_full(now_ms)
                if len(self._buckets) >= BUCKETS_MAX:
                    return self.get(OVERFLOW, rate, now_ms)
            bucket = TokenBucket.full(rate, burst_ms=self._burst_ms, now_ms=now_ms)
            self._buckets[key] = bucket
        else:
            bucket.set_rate(rate, now_ms)
        return bucket

    def forget_full(self, now_ms: int) -> None:
        """Those from which nothing has been taken for so long that it does not show."""
        for key, bucket in [*self._buckets.items()]:
            if bucket.available(now_ms) >= bucket.rate * bucket.burst_ms / 1000:
                del self._buckets[key]
