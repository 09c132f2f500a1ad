"""URLs in configurations: what is one, and where it leads. Pure."""

from typing import Any
from urllib.parse import SplitResult, urlsplit

from connect.spi.config import invalid
from connect.spi.egress import Target

_PORTS = {"http": 80, "https": 443}


def http_url(name: str, value: Any) -> None:
    """A validator: an ``http`` or ``https`` URL, or several, without a user in it."""
    for text in (value,) if isinstance(value, str) else value or ():
        try:
            split = urlsplit(text)
            usable = split.scheme in _PORTS and bool(split.hostname) and split.port != 0
        except ValueError:
            usable = False
        if not usable:
            raise invalid(name, text, "Not a URL that begins with http:// or https://")
        if split.username or split.password:
            raise invalid(name, split.hostname, "There are settings for the user")


def target_of(url: str) -> Target:
    split: SplitResult = urlsplit(url)
    return Target(split.hostname or "", split.port or _PORTS[split.scheme])
