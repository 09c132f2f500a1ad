"""How often an address may fail to log in over HTTP, before it is asked to wait.

It keeps guessing from costing more than a look in memory. It is no lock: a key and secret that were
seen to be right lately are let through, so that a neighbour's guesses behind the same address turn
out nobody who works there. Counted in memory, for a bounded number of addresses.
"""

import time
from collections.abc import Callable
from math import ceil
from threading import Lock
from typing import Final

from brokers.kernel.addresses import network_of
from brokers.quotas.failures import Failures

ADDRESSES_MAX: Final = 20_000
FAILURES_PER_SECOND: Final = 1.0
BURST_MS: Final = 60_000


class FailedLogins:
    """Thread-safe."""

    def __init__(self, clock: Callable[[], int] = lambda: time.monotonic_ns() // 1_000_000) -> None:
        self._clock = clock
        self._lock = Lock()
        self._by_address: Failures[str] = Failures(
            FAILURES_PER_SECOND, burst_ms=BURST_MS, kept_max=ADDRESSES_MAX
        )

    def seconds_to_wait(self, address: str) -> int:
        """0 when the address may try; else whole seconds until it may."""
        with self._lock:
            return ceil(self._by_address.wait_ms(network_of(address), self._clock()) / 1000)

    def failed(self, address: str) -> None:
        """A try from the address did not log in."""
        with self._lock:
            self._by_address.note(network_of(address), self._clock())
