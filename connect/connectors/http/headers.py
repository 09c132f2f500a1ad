"""Request headers out of a setting. Pure."""

import re
from collections.abc import Sequence
from typing import Final

from connect.spi.config import ConfigKey, ConfigType
from connect.spi.errors import ConfigError

_NAME: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_OURS: Final = frozenset(
    {
        *("host", "content-length", "transfer-encoding", "connection", "te", "upgrade"),
        *("authorization", "idempotency-key"),
    }
)
"""Those that frame the request, or say who sends it or which it is: by a setting of their own, or
not at all."""


def headers_key(group: str) -> ConfigKey:
    return ConfigKey(
        "http.headers", ConfigType.LIST, (), group=group, doc="Name: value, Other: value."
    )


def header_pairs(lines: Sequence[str]) -> list[tuple[str, str]]:
    """
    Raises:
        ConfigError: a line is no header, or one that may not be set here.
    """
    pairs = []
    for line in lines:
        name, colon, value = line.partition(":")
        name, value = name.strip(), value.strip()
        if not colon or not _NAME.fullmatch(name) or not value.isprintable():
            raise ConfigError(f"http.headers has Name: value, and {line!r} is not that")
        if name.lower() in _OURS or name.lower().startswith("webhook-"):
            raise ConfigError(f"http.headers may not set {name}")
        pairs.append((name, value))
    return pairs
