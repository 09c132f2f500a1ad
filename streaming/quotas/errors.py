"""Why a request has to wait, with what its client is told of when to come again."""

from streaming.quotas.budget import Verdict


class RateLimited(Exception):
    """A limit was reached; nothing was done. ``verdict`` is None where no rate is told of."""

    def __init__(self, message: str, seconds: int, verdict: Verdict | None = None) -> None:
        super().__init__(message)
        self.seconds = seconds
        self.verdict = verdict

    @property
    def headers(self) -> dict[str, str]:
        return {"Retry-After": str(self.seconds), **rate_headers(self.verdict)}


def rate_headers(verdict: Verdict | None) -> dict[str, str]:
    """As Confluent's management APIs have them; ``Reset`` is in seconds from now."""
    if verdict is None:
        return {}
    return {
        "X-RateLimit-Limit": str(verdict.limit),
        "X-RateLimit-Remaining": str(verdict.remaining),
        "X-RateLimit-Reset": str(verdict.reset_seconds),
    }
