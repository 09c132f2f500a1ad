"""API keys that logged in a moment ago, so that not every request asks the database.

A hit is good for ``FRESH_SECONDS``: a revoked key is cut off well within five. While the database
is away a hit is good for longer, since nothing can be revoked without it. Failures are never kept,
so a key works as soon as it was issued.
"""

import hashlib
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

from streaming.access.caller import Caller, KeyCredential

FRESH_SECONDS: Final = 2
STALE_SECONDS: Final = 900
ENTRIES_MAX: Final = 10_000


class KeyCache:
    """Callers by key and secret; of the secret only a digest is kept."""

    def __init__(
        self,
        monotonic: Callable[[], float] = time.monotonic,
        wall_clock: Callable[[], float] = time.time,
    ) -> None:
        self._monotonic = monotonic
        self._wall_clock = wall_clock
        self._entries: OrderedDict[bytes, tuple[float, Caller]] = OrderedDict()

    def fresh(self, key_id: str, secret: str) -> Caller | None:
        """The caller, when the database confirmed it within ``FRESH_SECONDS``."""
        return self._younger(key_id, secret, FRESH_SECONDS)

    def stale(self, key_id: str, secret: str) -> Caller | None:
        """The caller, confirmed within ``STALE_SECONDS``: for when the database cannot be asked."""
        return self._younger(key_id, secret, STALE_SECONDS)

    def remember(self, key_id: str, secret: str, caller: Caller) -> None:
        digest = _digest(key_id, secret)
        self._entries[digest] = (self._monotonic(), caller)
        self._entries.move_to_end(digest)
        while len(self._entries) > ENTRIES_MAX:
            self._entries.popitem(last=False)

    def _younger(self, key_id: str, secret: str, seconds: float) -> Caller | None:
        entry = self._entries.get(_digest(key_id, secret))
        if entry is None:
            return None
        confirmed_at, caller = entry
        if self._monotonic() - confirmed_at > seconds or self._expired(caller):
            return None
        return caller

    def _expired(self, caller: Caller) -> bool:
        credential = caller.credential
        return (
            isinstance(credential, KeyCredential)
            and credential.expires_at_ms is not None
            and credential.expires_at_ms <= self._wall_clock() * 1000
        )


def _digest(key_id: str, secret: str) -> bytes:
    return hashlib.sha256(f"{key_id}\0{secret}".encode()).digest()
