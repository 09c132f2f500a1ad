"""Buckets by key: made when they are needed, forgotten when they are full. Pure."""

from collections.abc import Iterator
from typing import Final, NamedTuple

from brokers.quotas.client_quotas import Entity
from brokers.quotas.token_bucket import TokenBucket

BUCKETS_MAX: Final = 10_000
"""A client may give itself a new name for every request. When so many buckets are in use at once,
whoever comes next shares one with all that come after."""


class Sharers(NamedTuple):
    """Whose bucket it is, and of which quota: everybody of that user, client id or address. A part
    is None where it does not matter."""

    quota: str
    user: str | None = None
    client_id: str | None = None
    address: str | None = None


OVERFLOW: Final = Sharers("overflow")


class Shared(NamedTuple):
    """A bucket, and for whom the quota is by which it fills."""

    bucket: TokenBucket
    entity: Entity


class Buckets:
    """Of one kind, each under its key. A bucket that is full is as good as a new one."""

    __slots__ = ("_burst_ms", "_shared")

    def __init__(self, burst_ms: int) -> None:
        self._burst_ms = burst_ms
        self._shared: dict[Sharers, Shared] = {}

    def __len__(self) -> int:
        return len(self._shared)

    def __iter__(self) -> Iterator[tuple[Sharers, Shared]]:
        """Those that have names of their own."""
        return ((key, shared) for key, shared in self._shared.items() if key != OVERFLOW)

    def get(self, key: Sharers, rate: float, entity: Entity, now_ms: int) -> TokenBucket:
        """The bucket, at that rate and by the quota of ``entity`` from now on."""
        known = self._shared.get(key)
        if known is None:
            if len(self._shared) >= BUCKETS_MAX and key is not OVERFLOW:
                self.forget_full(now_ms)
                if len(self._shared) >= BUCKETS_MAX:
                    return self.get(OVERFLOW, rate, entity, now_ms)
            bucket = TokenBucket.full(rate, burst_ms=self._burst_ms, now_ms=now_ms)
        else:
            bucket = known.bucket
            bucket.set_rate(rate, now_ms)
        self._shared[key] = Shared(bucket, entity)
        return bucket

    def forget_full(self, now_ms: int) -> None:
        """Those from which nothing has been taken for so long that it does not show."""
        for key, (bucket, _entity) in [*self._shared.items()]:
            if bucket.available(now_ms) >= bucket.rate * bucket.burst_ms / 1000:
                del self._shared[key]
