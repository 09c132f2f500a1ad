"""``postgresql://role:password@host:port/name?option=value`` as Django's settings want it."""

from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from streaming.cell.failure import ConfigurationError


def database_settings(url: str) -> dict[str, Any]:
    """One entry of Django's ``DATABASES``; query parameters become libpq options.

    Raises ``ConfigurationError`` for another scheme or a URL without a database name. The URL is
    never part of the message: it holds a password.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ConfigurationError(
            f"The database URL has the scheme {parts.scheme!r}; Headwater needs postgresql://."
        )
    name = unquote(parts.path.lstrip("/"))
    if not name:
        raise ConfigurationError("The database URL names no database; add /NAME at its end.")
    options: dict[str, Any] = dict(parse_qsl(parts.query))
    host = options.pop("host", None) or unquote(parts.hostname or "")
    return {
        "ENGINE": "streaming.postgresql",
        "NAME": name,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": str(parts.port or ""),
        "OPTIONS": options,
    }
