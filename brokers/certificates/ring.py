"""The authorities of a deployment: all are trusted, one issues.

A new one is trusted first and issues a while later, when every process has looked: so an exchange
refuses nobody at any moment.
"""

from collections.abc import Callable
from typing import Final

from brokers.certificates.authority import Authority

Ring = tuple[Authority, ...]
"""Newest first; never empty."""

ISSUES_AFTER_SECONDS: Final = 60
"""From when a new authority is trusted until it issues. Processes look at each handshake; this is
for file systems of several hosts, which show a change some seconds later."""


class RingUnreadable(Exception):
    """The ring is not to be had now, or says what cannot be."""


ReadRing = Callable[[], Ring]
"""The ring as it is now. Raises ``RingUnreadable``."""


def issuing(ring: Ring, now_s: float) -> Authority:
    """The newest whose time has come; the oldest where none's has."""
    return next((each for each in ring if each.issues_from_s <= now_s), ring[-1])
