"""Moments as the management API tells them: RFC 3339 text, or Unix milliseconds to compute with."""

from datetime import UTC, datetime


def to_text(moment: datetime) -> str:
    """Such as ``2026-11-27T12:00:00.123456Z``."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def to_ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)
