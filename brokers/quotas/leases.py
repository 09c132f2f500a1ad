"""One broker's part of a limit that is divided over brokers. Pure."""

from dataclasses import dataclass
from typing import Final

from brokers.quotas.shares import Report, least_share
from brokers.quotas.token_bucket import TokenBucket

HEADROOM: Final = 1.5
"""What is used may grow by that until the next report without anybody having to wait."""

WINDOW_MS: Final = 1_000

COUNT_HEADROOM: Final = 5
ROUNDING: Final = 1e-6


@dataclass(slots=True, eq=False)
class RateLease:
    """A part of a rate. ``bucket`` always has the rate that is in force; what may come at once is
    the same for every broker, however little of the rate it has, so that who begins need not wait.
    """

    limit: float
    least: float
    burst: float
    bucket: TokenBucket
    _known_share: float
    """What the owner has heard that is in force."""
    _reported_share: float
    _window_ms: int
    """Since when use is counted; reports come more often than large requests do."""
    _window_taken: float = 0.0
    _window_shortages: int = 0
    _wanted_before: float = 0.0
    """In the window before."""

    @classmethod
    def begin(cls, limit: float, *, brokers: int, burst_ms: int, now_ms: int) -> "RateLease":
        least = least_share(limit, brokers)
        burst = limit * burst_ms / 1000 / max(brokers, 1)
        bucket = TokenBucket.full(
            least, burst_ms=max(1, round(burst * 1000 / least)), now_ms=now_ms
        )
        return cls(limit, least, burst, bucket, least, least, now_ms)

    @property
    def share(self) -> float:
        return self.bucket.rate

    @property
    def is_at_rest(self) -> bool:
        """There is nothing to report: no use, and the owner has heard that nothing is held."""
        is_idle = self.bucket.taken == self._window_taken and not self._wanted_before
        return is_idle and max(self.share, self._known_share) <= self.least

    def report(self, now_ms: int) -> Report:
        """Of the last second or two."""
        self._reported_share = self.share
        passed_ms = now_ms - self._window_ms
        wanted = self._wanted(max(passed_ms, WINDOW_MS), now_ms)
        report = Report(self.share, min(self.limit, max(wanted, self._wanted_before)))
        if passed_ms >= WINDOW_MS:
            self._wanted_before = wanted
            self._window_taken = self.bucket.taken
            self._window_shortages = self.bucket.shortages
            self._window_ms = now_ms
        return report

    def _wanted(self, passed_ms: int, now_ms: int) -> float:
        """All there is, when something had to wait."""
        if self.bucket.shortages != self._window_shortages or self.bucket.wait_ms(now_ms):
            return self.limit
        used = (self.bucket.taken - self._window_taken) * 1000 / passed_ms
        return min(self.limit, used * HEADROOM)

    def grant(self, share: float, now_ms: int) -> None:
        """The owner's answer to the last report."""
        self._known_share = self._reported_share
        self._keep_to(share, now_ms)

    def _keep_to(self, share: float, now_ms: int) -> None:
        rate = max(share, self.least)
        self.bucket.set_rate(rate, now_ms)
        self.bucket.burst_ms = max(1, round(self.burst * 1000 / rate))

    def configure(self, limit: float, *, brokers: int, burst_ms: int, now_ms: int) -> None:
        """The share stays the same part of the limit, so that the sum of all stays within it."""
        share = self.share * limit / self.limit
        self.limit, self.least = limit, least_share(limit, brokers)
        self.burst = limit * burst_ms / 1000 / max(brokers, 1)
        self._keep_to(share, now_ms)


@dataclass(slots=True, eq=False)
class CountLease:
    """A part of a number of things that are kept, as open connections."""

    limit: float
    least: float
    share: float
    _known_share: float
    """What the owner has heard that is in force."""
    _reported_share: float
    count: int = 0
    is_short: bool = False
    """Whether one was refused, or had to wait, since the last report."""

    @classmethod
    def begin(cls, limit: float, *, brokers: int) -> "CountLease":
        least = least_share(limit, brokers)
        return cls(limit, least, least, least, least)

    @property
    def has_room(self) -> bool:
        """Whether there may be one more."""
        if self.count + 1 <= self.share + ROUNDING:
            return True
        self.is_short = True
        return False

    @property
    def is_at_rest(self) -> bool:
        held = max(self.share, self._known_share)
        return not self.count and not self.is_short and held <= self.least

    def report(self) -> Report:
        short, self.is_short = self.is_short, False
        self._reported_share = self.share
        wanted = 0.0
        if short:
            wanted = self.limit
        elif self.count:
            wanted = min(self.limit, self.count * HEADROOM + COUNT_HEADROOM)
        return Report(self.share, wanted, float(self.count))

    def grant(self, share: float) -> None:
        """The owner's answer to the last report."""
        self._known_share = self._reported_share
        self.share = max(share, self.least)

    def configure(self, limit: float, *, brokers: int) -> None:
        share = self.share * limit / self.limit
        self.limit, self.least = limit, least_share(limit, brokers)
        self.share = max(share, self.least)
