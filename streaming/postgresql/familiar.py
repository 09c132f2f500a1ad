"""Which credentials were recognised lately, and whose they are.

A request takes its turn for PostgreSQL to have its credential looked up, so whose it is must be
guessed before: by what the same credential came to the last time. That gives no right to anything.
Of credentials only digests are kept.
"""

import hashlib
import time
from collections import OrderedDict, defaultdict
from collections.abc import Callable
from threading import Lock
from typing import Final

from streaming.postgresql.room import Party

SECONDS: Final = 900
ENTRIES_MAX: Final = 10_000
PARTY_ENTRIES_MAX: Final = 200
"""One credential can be written in many ways, which are as many to us: a party that sends them all
forgets its own."""


class Familiar:
    """Parties by credential, as HTTP's headers have them; thread-safe."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._lock = Lock()
        self._entries: OrderedDict[bytes, tuple[float, Party]] = OrderedDict()
        self._of_party: defaultdict[Party, OrderedDict[bytes, None]] = defaultdict(OrderedDict)
        """The same credentials; here too whoever was recognised longest ago stands first."""

    def party(self, credential: bytes) -> Party | None:
        """Whose it was, if it was recognised within ``SECONDS``."""
        with self._lock:
            entry = self._entries.get(_digest(credential))
        if entry is None:
            return None
        recognised_at, party = entry
        return party if self._monotonic() - recognised_at <= SECONDS else None

    def remember(self, credential: bytes, party: Party) -> None:
        digest = _digest(credential)
        with self._lock:
            self._drop(digest)
            self._entries[digest] = (self._monotonic(), party)
            self._of_party[party][digest] = None
            if len(self._of_party[party]) > PARTY_ENTRIES_MAX:
                self._drop(next(iter(self._of_party[party])))
            elif len(self._entries) > ENTRIES_MAX:
                self._drop(next(iter(self._entries)))

    def forget(self, credential: bytes) -> None:
        """It is nobody's any more."""
        with self._lock:
            self._drop(_digest(credential))

    def _drop(self, digest: bytes) -> None:
        _recognised_at, party = self._entries.pop(digest, (0.0, None))
        if party is None:
            return
        del self._of_party[party][digest]
        if not self._of_party[party]:
            del self._of_party[party]


def _digest(credential: bytes) -> bytes:
    return hashlib.sha256(credential).digest()
