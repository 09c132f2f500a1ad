"""One broker's part of a limit that is divided over brokers. Pure."""

from dataclasses import dataclass
from typing import Final

from brokers.quotas.shares import Report, least_share
from brokers.quotas.token_bucket import TokenBucket

HEADROOM: Final = 1.5
"""What is used may grow by that until the next report without anybody having to wait."""

COUNT_HEADROOM: Final = 5


@dataclass(slots=True, eq=False)
class RateLease:
    """A part of a rate. ``bucket`` always has the rate that is in force; what may come at once is
    the same for every broker, however little of the rate it has, so that who begins need not wait.
    """

    limit: float
    least: float
    burst: float
    bucket: TokenBucket
    _reported_taken: float = 0.0
    _reported_shortages: int = 0
    _reported_ms: int = 0

    @classmethod
    def begin(cls, limit: float, *, brokers: int, burst_ms: int, now_ms: int) -> "RateLease":
        least = least_share(limit, brokers)
        burst = limit * burst_ms / 1000 / max(brokers, 1)
        bucket = TokenBucket.full(
            least, burst_ms=max(1, round(burst * 1000 / least)), now_ms=now_ms
        )
        return cls(limit, least, burst, bucket, _reported_ms=now_ms)

    @property
    def share(self) -> float:
        return self.bucket.rate

    @property
    def is_short(self) -> bool:
        """Whether something had to wait since the last report."""
        return self.bucket.shortages != self._reported_shortages

    @property
    def is_at_rest(self) -> bool:
        """There is nothing to report."""
        return self.bucket.taken == self._reported_taken and self.share <= self.least

    def report(self, now_ms: int) -> Report:
        """Of the time since the last one."""
        passed_ms = max(1, now_ms - self._reported_ms)
        used = (self.bucket.taken - self._reported_taken) * 1000 / passed_ms
        lacks = self.is_short or self.bucket.wait_ms(now_ms) > 0
        self._reported_taken = self.bucket.taken
        self._reported_shortages = self.bucket.shortages
        self._reported_ms = now_ms
        return Report(self.share, self.limit if lacks else min(self.limit, used * HEADROOM))

    def grant(self, share: float, now_ms: int) -> None:
        rate = max(share, self.least)
        self.bucket.set_rate(rate, now_ms)
        self.bucket.burst_ms = max(1, round(self.burst * 1000 / rate))

    def configure(self, limit: float, *, brokers: int, burst_ms: int, now_ms: int) -> None:
        """The share stays the same part of the limit, so that the sum of all stays within it."""
        share = self.share * limit / self.limit
        self.limit, self.least = limit, least_share(limit, brokers)
        self.burst = limit * burst_ms / 1000 / max(brokers, 1)
        self.grant(share, now_ms)


@dataclass(slots=True, eq=False)
class CountLease:
    """A part of a number of things that are kept, as open connections."""

    limit: float
    least: float
    share: float
    count: int = 0
    is_short: bool = False
    """Whether one was refused, or had to wait, since the last report."""

    @classmethod
    def begin(cls, limit: float, *, brokers: int) -> "CountLease":
        least = least_share(limit, brokers)
        return cls(limit, least, least)

    @property
    def has_room(self) -> bool:
        """Whether there may be one more."""
        if self.count + 1 <= self.share:
            return True
        self.is_short = True
        return False

    @property
    def is_at_rest(self) -> bool:
        return not self.count and not self.is_short and self.share <= self.least

    def report(self) -> Report:
        short, self.is_short = self.is_short, False
        wanted = 0.0
        if short:
            wanted = self.limit
        elif self.count:
            wanted = min(self.limit, self.count * HEADROOM + COUNT_HEADROOM)
        return Report(self.share, wanted, float(self.count))

    def grant(self, share: float) -> None:
        self.share = max(share, self.least)

    def configure(self, limit: float, *, brokers: int) -> None:
        share = self.share * limit / self.limit
        self.limit, self.least = limit, least_share(limit, brokers)
        self.share = max(share, self.least)
