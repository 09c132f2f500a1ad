"""How often something fails, by whose doing. Pure.

Bounded in number: who failed longest ago is forgotten.
"""

from collections import OrderedDict
from collections.abc import Hashable
from math import ceil
from typing import Generic, TypeVar

from brokers.quotas.token_bucket import TokenBucket

K = TypeVar("K", bound=Hashable)


class Failures(Generic[K]):
    """Each key may fail ``per_second`` on average, and as often at once as ``burst_ms`` bring.

    Times are milliseconds of a monotonic clock. Failing too often does not make it longer until the
    next try: who goes on failing is not worse off than who stops.
    """

    __slots__ = ("_buckets", "_burst_ms", "_kept_max", "_per_second")

    def __init__(self, per_second: float, *, burst_ms: int, kept_max: int) -> None:
        self._per_second = per_second
        self._burst_ms = burst_ms
        self._kept_max = kept_max
        self._buckets: OrderedDict[K, TokenBucket] = OrderedDict()

    def wait_ms(self, key: K, now_ms: int) -> int:
        """Until the key may fail once more; 0 when it may."""
        bucket = self._buckets.get(key)
        if bucket is None:
            return 0
        return max(0, ceil((1 - bucket.available(now_ms)) * 1000 / bucket.rate))

    def note(self, key: K, now_ms: int) -> None:
        """It has failed."""
        bucket = self._buckets.get(key)
        if bucket is None:
            bucket = TokenBucket.full(self._per_second, burst_ms=self._burst_ms, now_ms=now_ms)
            self._buckets[key] = bucket
            if len(self._buckets) > self._kept_max:
                self._buckets.popitem(last=False)
        if bucket.available(now_ms) >= 1:
            bucket.take(1, now_ms)
        self._buckets.move_to_end(key)
