"""Buckets that are written down between one use and the next, as plain numbers. Pure."""

from collections.abc import Mapping
from typing import Final

from brokers.quotas.token_bucket import TokenBucket

KEPT_MAX: Final = 1_000
"""A client may give itself a new name for every request. When so many buckets are in use at once,
whoever comes next shares one with all that come after."""

OVERFLOW: Final = "overflow"

Kept = tuple[float, float, int]
"""A bucket's rate, its level and when that was, milliseconds."""


class KeptBuckets:
    """Each under its key. A bucket that is full is as good as a new one, and is not kept."""

    __slots__ = ("_burst_ms", "_kept")

    def __init__(self, kept: Mapping[str, Kept], *, burst_ms: int) -> None:
        self._kept = dict(kept)
        self._burst_ms = burst_ms

    def get(self, key: str, rate: float, now_ms: int) -> TokenBucket:
        """The bucket at that rate, which may be another than it had; what is owed stays owed."""
        bucket = TokenBucket.full(rate, burst_ms=self._burst_ms, now_ms=now_ms)
        kept = self._kept.get(self._place(key))
        if kept is not None:
            _rate, bucket.level, bucket.at_ms = kept
        return bucket

    def put(self, key: str, bucket: TokenBucket) -> None:
        """Something was taken from it."""
        self._kept[self._place(key)] = bucket.rate, bucket.level, bucket.at_ms

    def kept(self, now_ms: int) -> dict[str, Kept]:
        """What has to be written down."""
        return {key: kept for key, kept in self._kept.items() if not self._is_full(kept, now_ms)}

    def _place(self, key: str) -> str:
        return key if key in self._kept or len(self._kept) < KEPT_MAX else OVERFLOW

    def _is_full(self, kept: Kept, now_ms: int) -> bool:
        rate, level, at_ms = kept
        bucket = TokenBucket(rate, self._burst_ms, level, at_ms)
        return bucket.available(now_ms) >= rate * self._burst_ms / 1000
