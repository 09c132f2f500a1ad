"""How often an address, and a key from one address, may fail to log in over HTTP, before they are
asked to wait.

It keeps guessing from costing more than a look in memory, and one key's secret from being guessed
at. It is no lock: a key and secret that were seen to be right lately are let through, and a key
waits only where it failed, so that nobody's guesses turn out who works elsewhere or has worked
here. Counted in memory, for a bounded number of each. Brokers count alike
(``brokers/node/authentication/failed_logins.py``).
"""

import time
from collections.abc import Callable
from math import ceil
from threading import Lock
from typing import Final

from brokers.kernel.addresses import network_of
from brokers.quotas.failures import Failures

KEPT_MAX: Final = 20_000
"""Of each kind; the one that failed longest ago is forgotten."""

FAILURES_PER_SECOND: Final = 1.0
BURST_MS: Final = 60_000

KEY_FAILURES_PER_SECOND: Final = 0.1
KEY_BURST_MS: Final = 100_000
"""Ten tries of a key from one address, then one each ten seconds."""

KEY_ID_CHARACTERS: Final = 64
"""More than any key id has: what is longer is nobody's, and not worth the memory."""


class FailedLogins:
    """Thread-safe."""

    def __init__(self, clock: Callable[[], int] = lambda: time.monotonic_ns() // 1_000_000) -> None:
        self._clock = clock
        self._lock = Lock()
        self._by_address: Failures[str] = Failures(
            FAILURES_PER_SECOND, burst_ms=BURST_MS, kept_max=KEPT_MAX
        )
        self._by_key: Failures[tuple[str, str]] = Failures(
            KEY_FAILURES_PER_SECOND, burst_ms=KEY_BURST_MS, kept_max=KEPT_MAX
        )

    def address_seconds(self, address: str) -> int:
        """0 when the address may try; else whole seconds until it may."""
        with self._lock:
            return ceil(self._by_address.wait_ms(network_of(address), self._clock()) / 1000)

    def key_seconds(self, address: str, key_id: str) -> int:
        """0 when the key may be tried from there; else whole seconds until it may."""
        with self._lock:
            return ceil(self._by_key.wait_ms(_key(address, key_id), self._clock()) / 1000)

    def failed(self, address: str, key_id: str) -> None:
        """A try of the key from the address did not log in."""
        with self._lock:
            self._by_address.note(network_of(address), self._clock())
            self._by_key.note(_key(address, key_id), self._clock())


def _key(address: str, key_id: str) -> tuple[str, str]:
    return network_of(address), key_id[:KEY_ID_CHARACTERS]
