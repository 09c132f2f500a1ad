"""What a server's answer means for what was asked. Pure.

Source: RFC 9110, sections 10.2.3 (Retry-After) and 15; RFC 6585 (429);
draft-ietf-httpapi-idempotency-key-header, section 2.7 (409).
"""

import datetime as dt
from email.utils import parsedate_to_datetime
from enum import Enum
from typing import Final

_LATER: Final = frozenset({408, 425, 429, 500, 502, 503, 504})
_RECORDS_FAULT: Final = frozenset({400, 413, 415, 422})
RETRY_AFTER_SECONDS_MAX: Final = 300.0
"""More than that is a server's mistake, or its malice."""


class Meaning(Enum):
    DONE = "done"
    LATER = "later"
    RECORD = "record"
    """This body will never be taken, another may."""
    CONFLICT = "conflict"
    """The same request is still being worked on; from a server that has no such notion, as
    ``RECORD``."""
    SETTINGS = "settings"
    """URL, method or rights are wrong: no record is to blame."""


def meaning(status: int) -> Meaning:
    if 200 <= status < 300:
        return Meaning.DONE
    if status in _LATER or status > 504:
        return Meaning.LATER
    if status == 409:
        return Meaning.CONFLICT
    if status in _RECORDS_FAULT:
        return Meaning.RECORD
    return Meaning.SETTINGS


def retry_after_seconds(header: str | None, now: dt.datetime) -> float | None:
    """How long the server asks to wait: seconds or a date; None when it says nothing of use."""
    if header is None:
        return None
    text = header.strip()
    if text.isascii() and text.isdigit():
        return min(float(text[:9]), RETRY_AFTER_SECONDS_MAX)
    try:
        until = parsedate_to_datetime(text)
    except ValueError:
        return None
    if until.tzinfo is None:
        until = until.replace(tzinfo=dt.UTC)
    return min(max(0.0, (until - now).total_seconds()), RETRY_AFTER_SECONDS_MAX)
