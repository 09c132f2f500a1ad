"""What an S3-compatible store's answer means for an object that was to be created. Pure.

Sources: the Amazon S3 API Reference, "Error responses" and "PutObject" (conditional writes: 412
where there is an object, 409 where another attempt is under way); RFC 9110, section 10.2.3.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from enum import Enum
from re import search
from typing import Final

from connect.connectors.http.answers import retry_after_seconds
from connect.spi.errors import ConnectError, RetriableError

TEXT_MAX: Final = 200
"""Of an answer that is no error document, for a message."""
_LATER: Final = frozenset({408, 409, 429, 500, 502, 503, 504})
_LATER_CODES: Final = frozenset({"RequestTimeout", "SlowDown", "InternalError", "OperationAborted"})
"""AWS tells of a request that came too slowly as of a bad one (400)."""
_NOT_ALLOWED: Final = frozenset({401, 403})
_NOT_ALLOWED_CODES: Final = frozenset({"ExpiredToken", "InvalidToken", "TokenRefreshRequired"})
"""Of temporary credentials, told of as of a bad request (400)."""
_SKEWED: Final = "RequestTimeTooSkewed"


class Outcome(Enum):
    MADE = "made"
    IS_THERE = "is there"
    """There is an object of that name, which may be this one's from an attempt before."""
    LATER = "later"
    SKEWED = "skewed"
    """The store's clock and this machine's are too far apart for a signature."""
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Answer:
    """``headers`` have small names; ``text`` is the body, or its beginning."""

    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def code(self) -> str:
        """S3's own word for the error; empty where there is none."""
        found = search("<Code>([^<]+)</Code>", self.text)
        return found[1] if found else ""

    @property
    def outcome(self) -> Outcome:
        if self.status == 200 and not self.code:
            return Outcome.MADE
        if self.status == 412:
            return Outcome.IS_THERE
        if self.code == _SKEWED:
            return Outcome.SKEWED
        # S3 answers 200 before it has done what takes long, and tells an error in the body then.
        is_later = self.status == 200 or self.status in _LATER or self.code in _LATER_CODES
        return Outcome.LATER if is_later else Outcome.FAILED

    def wait_s(self, now: dt.datetime) -> float | None:
        """How long the store asks to wait; None where it does not say."""
        return retry_after_seconds(self.headers.get("retry-after"), now)

    def ahead(self, now: dt.datetime) -> dt.timedelta | None:
        """How far the store's clock is before ours; None where it does not tell its time."""
        try:
            told = parsedate_to_datetime(self.headers.get("date", ""))
        except ValueError:
            return None
        return (told if told.tzinfo else told.replace(tzinfo=dt.UTC)) - now

    def trouble(self, path: str) -> ConnectError:
        """What to say of an answer that made no object of that name."""
        why = f"{self.status} {self.code or self.text[:TEXT_MAX]}".strip()
        if self.status in _NOT_ALLOWED or self.code in _NOT_ALLOWED_CODES:
            return ConnectError(f"the store does not let us at {path!r}: {why}")
        if self.code == "NoSuchBucket":
            return ConnectError(f"there is no such bucket for {path!r}: {why}")
        return RetriableError(f"the store could not do it for {path!r}: {why}")
