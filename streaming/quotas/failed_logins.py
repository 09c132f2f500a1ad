"""How often an address may fail to log in over HTTP, before it is asked to wait.

It keeps guessing from costing more than a look in memory. It is no lock: a key and secret that were
seen to be right lately are let through, so that a neighbour's guesses behind the same address turn
out nobody who works there. Buckets in memory, bounded in number.
"""

import ipaddress
import time
from collections import OrderedDict
from collections.abc import Callable
from math import ceil
from threading import Lock
from typing import Final

from brokers.quotas.token_bucket import TokenBucket

ADDRESSES_MAX: Final = 20_000
FAILURES_PER_SECOND: Final = 1.0
BURST_MS: Final = 60_000


class FailedLogins:
    """Thread-safe."""

    def __init__(self, clock: Callable[[], int] = lambda: time.monotonic_ns() // 1_000_000) -> None:
        self._clock = clock
        self._lock = Lock()
        self._buckets: OrderedDict[str, TokenBucket] = OrderedDict()

    def seconds_to_wait(self, address: str) -> int:
        """0 when the address may try; else whole seconds until it may."""
        with self._lock:
            bucket = self._buckets.get(_network(address))
            if bucket is None:
                return 0
            missing = 1 - bucket.available(self._clock())
            return max(0, ceil(missing / bucket.rate))

    def failed(self, address: str) -> None:
        """A try from the address did not log in."""
        network = _network(address)
        with self._lock:
            now = self._clock()
            bucket = self._buckets.get(network)
            if bucket is None:
                bucket = TokenBucket.full(FAILURES_PER_SECOND, burst_ms=BURST_MS, now_ms=now)
                self._buckets[network] = bucket
                if len(self._buckets) > ADDRESSES_MAX:
                    self._buckets.popitem(last=False)
            if bucket.available(now) >= 1:
                bucket.take(1, now)
            self._buckets.move_to_end(network)


def _network(address: str) -> str:
    """A host of IPv6 has a whole /64 of addresses to come from."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if parsed.version == 4:
        return address
    return str(ipaddress.ip_network((parsed, 64), strict=False))
