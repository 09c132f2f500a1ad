"""How often a sign-in may be tried: by address, and by login from one address.

Token buckets in memory, bounded in number. A person who mistypes is never slowed; somebody who
guesses is, at one login or at many. A login waits only where it was tried, so that nobody's guesses
keep its owner out (``quotas/failed_logins.py`` says so of keys).
"""

import math
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from typing import Final

from brokers.kernel.addresses import network_of

BUCKETS_MAX: Final = 20_000


@dataclass(frozen=True, slots=True)
class Rate:
    """``burst`` tries at once, then one each ``seconds_per_try``."""

    burst: int
    seconds_per_try: float


PER_ADDRESS: Final = Rate(burst=30, seconds_per_try=2)
PER_LOGIN: Final = Rate(burst=10, seconds_per_try=10)


class LoginThrottle:
    """Thread-safe: sign-ins run in the web process's threads."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._lock = Lock()
        # The moment at which each bucket will be full again (a "virtual scheduling" bucket).
        self._full_at: OrderedDict[tuple[str, ...], float] = OrderedDict()

    def seconds_to_wait(self, address: str, login: str) -> int:
        """0 when a try may be made, which then counts; else whole seconds until one may."""
        now = self._monotonic()
        network = network_of(address)
        wanted = (((network,), PER_ADDRESS), ((network, login.lower()), PER_LOGIN))
        with self._lock:
            waits = [self._wait(key, rate, now) for key, rate in wanted]
            if max(waits) > 0:
                return math.ceil(max(waits))
            for key, rate in wanted:
                self._full_at[key] = max(self._full_at.get(key, now), now) + rate.seconds_per_try
                self._full_at.move_to_end(key)
            while len(self._full_at) > BUCKETS_MAX:
                self._full_at.popitem(last=False)
        return 0

    def _wait(self, key: tuple[str, ...], rate: Rate, now: float) -> float:
        empty_for = self._full_at.get(key, now) - now
        return empty_for + rate.seconds_per_try - rate.burst * rate.seconds_per_try
