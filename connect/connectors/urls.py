"""URLs in configurations: what is one, and where it leads. Pure.

httpx reads them, as it is what connects: a host that another reader would find in one is not
checked, and what httpx cannot read is refused here and not when a task begins.
"""

from typing import Any

import httpx

from connect.spi.config import invalid
from connect.spi.egress import Target

_PORTS = {"http": 80, "https": 443}


def http_url(name: str, value: Any) -> None:
    """A validator: an ``http`` or ``https`` URL, or several, without a user in it."""
    for text in (value,) if isinstance(value, str) else value or ():
        try:
            url = httpx.URL(text)
        except (httpx.InvalidURL, TypeError):
            url = httpx.URL("")
        if url.scheme not in _PORTS or not url.host or url.port == 0:
            raise invalid(name, text, "Not a URL that begins with http:// or https://")
        if url.userinfo:
            raise invalid(name, url.host, "There are settings for the user")


def target_of(url: str) -> Target:
    read = httpx.URL(url)
    return Target(read.raw_host.decode("ascii"), read.port or _PORTS[read.scheme])
