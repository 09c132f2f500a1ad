"""Query parameters of the management API: named ones only, in their ranges."""

from datetime import UTC, datetime

from django.http import QueryDict
from django.utils.dateparse import parse_datetime

from streaming.rest.consume_request import InvalidQuery


def known_only(query: QueryDict, *names: str) -> None:
    """Raise ``InvalidQuery`` for a parameter that is none of ``names``."""
    for name in query:
        if name not in names:
            known = ", ".join(names) or "none"
            raise InvalidQuery(f"unknown parameter {name[:64]!r}; known: {known}")


def whole_number(query: QueryDict, name: str, default: int, least: int, most: int) -> int:
    """Raises ``InvalidQuery`` for what is not a number from ``least`` to ``most``."""
    text = query.get(name)
    if text is None:
        return default
    is_number = text.isascii() and text.isdigit() and len(text) <= len(str(most))
    if not is_number or not least <= int(text) <= most:
        raise InvalidQuery(f"{name} must be a number from {least} to {most}")
    return int(text)


def one_of(query: QueryDict, name: str, default: str, words: tuple[str, ...]) -> str:
    """Raises ``InvalidQuery`` for what is none of ``words``."""
    text = query.get(name, default)
    if text not in words:
        raise InvalidQuery(f"{name} must be one of {', '.join(words)}")
    return text


def moment(query: QueryDict, name: str) -> datetime | None:
    """In UTC: PostgreSQL knows no offsets past 16 hours, and Python does.

    Raises ``InvalidQuery`` for what is not RFC 3339 with its offset, and for what is before year 1
    or after year 9999 in UTC.
    """
    text = query.get(name)
    if text is None:
        return None
    wrong = InvalidQuery(f"{name} must be a moment such as 2026-11-27T12:00:00Z")
    try:
        parsed = parse_datetime(text)
        if parsed is None or parsed.tzinfo is None:
            raise wrong
        return parsed.astimezone(UTC)
    except (ValueError, OverflowError):
        raise wrong from None
