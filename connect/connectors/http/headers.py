"""Request headers out of a setting. Pure."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from connect.spi.config import Config, ConfigKey, ConfigType
from connect.spi.errors import ConfigError

HEADERS: Final = "http.headers"
SECRET_HEADERS: Final = "http.headers.secret"
_NAME: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_OURS: Final = frozenset(
    {
        *("host", "content-length", "transfer-encoding", "connection", "te", "upgrade"),
        *("authorization", "idempotency-key"),
    }
)
"""Those that frame the request, or say who sends it or which it is: by a setting of their own, or
not at all."""


def headers_keys(group: str) -> tuple[ConfigKey, ConfigKey]:
    return (
        ConfigKey(
            HEADERS, ConfigType.LIST, (), group=group,
            doc="Name: value, Other: value. Everybody who may look at the connector sees them.",
        ),
        ConfigKey(
            SECRET_HEADERS, ConfigType.PASSWORD, None, group=group,
            doc="The same for those whose values are secret, as X-Api-Key: 1234.",
        ),
    )  # fmt: skip


def headers_of(config: Config) -> dict[str, str]:
    """
    Raises:
        ConfigError: an entry is no header, or one that may not be set here.
    """
    secret = config[SECRET_HEADERS]
    lines = secret.secret.split(",") if secret else ()
    return dict(_pairs(HEADERS, config[HEADERS])) | dict(_pairs(SECRET_HEADERS, lines))


def _pairs(setting: str, lines: Sequence[str]) -> Iterator[tuple[str, str]]:
    for line in lines:
        name, colon, value = line.partition(":")
        name, value = name.strip(), value.strip()
        if not colon or not _NAME.fullmatch(name) or not value.isprintable():
            shown = "an entry" if setting == SECRET_HEADERS else repr(line)
            raise ConfigError(f"{setting} has Name: value, and {shown} is not that")
        if name.lower() in _OURS or name.lower().startswith("webhook-"):
            raise ConfigError(f"{setting} may not set {name}")
        yield name, value
