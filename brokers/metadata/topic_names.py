"""What a topic may be called (Apache Kafka, ``org.apache.kafka.common.internals.Topic``). Pure."""

import re
from typing import Final

from brokers.kernel.errors import ErrorCode, Refusal
from brokers.kernel.limits import TOPIC_NAME_CHARACTERS_MAX

LEGAL: Final = re.compile(r"[a-zA-Z0-9._-]+")
OWN_PREFIX: Final = "__headwater"


def check_topic_name(name: str) -> None:
    """Raises ``Refusal`` INVALID_TOPIC_EXCEPTION unless a topic may have this name."""
    if not name:
        raise Refusal(ErrorCode.INVALID_TOPIC_EXCEPTION, "a topic needs a name")
    if name in {".", ".."}:
        raise Refusal(ErrorCode.INVALID_TOPIC_EXCEPTION, f"a topic cannot be named {name!r}")
    if len(name) > TOPIC_NAME_CHARACTERS_MAX:
        raise Refusal(
            ErrorCode.INVALID_TOPIC_EXCEPTION,
            f"a topic's name has at most {TOPIC_NAME_CHARACTERS_MAX} characters; "
            f"{name[:20]!r}… has {len(name)}",
        )
    if not LEGAL.fullmatch(name):
        raise Refusal(
            ErrorCode.INVALID_TOPIC_EXCEPTION,
            f"a topic cannot be named {name!r}; use a-z, A-Z, 0-9 and . _ -",
        )


def check_new_topic_name(name: str) -> None:
    """As ``check_topic_name``, for a tenant's new topic: our own names are not to be had."""
    check_topic_name(name)
    if name.startswith(OWN_PREFIX):
        raise Refusal(
            ErrorCode.INVALID_TOPIC_EXCEPTION,
            f"a topic cannot be named {name!r}: names that begin with {OWN_PREFIX} are the "
            "service's own",
        )


def collision_key(name: str) -> str:
    """Two names with the same key cannot both be topics of one tenant."""
    return name.replace(".", "_")
