"""What can go wrong."""


class LiveError(Exception):
    """The service said no. ``code`` is a close code of docs/live.md; ``retryable`` when the same
    may succeed later."""

    def __init__(self, code: int, message: str, *, retryable: bool = False) -> None:
        super().__init__(message)
        self.code = code
        self.retryable = retryable


class Refused(LiveError):
    """The socket was refused before it opened; ``code`` is 4000 and the HTTP status."""


class Ended(LiveError):
    """The socket or the subscription is over, and connecting again would not help."""


class Unconfirmed(LiveError):
    """The socket was lost before the record was acknowledged: it may have been written or not."""
