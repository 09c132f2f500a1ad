"""Moments as people type them."""

from datetime import UTC, datetime


def parse_moment(text: str) -> datetime:
    """ISO 8601; without an offset it is UTC. Raises ``ValueError``."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is not a moment such as 2026-11-27T12:00:00Z") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
