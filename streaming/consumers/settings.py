"""What a consumer instance was created with, and how much one may take."""

from dataclasses import dataclass
from enum import Enum
from typing import Final

IDLE_SECONDS: Final = 300
"""An instance that nobody asks anything for so long is ended; Confluent's default."""

ASSIGNMENT_SECONDS: Final = 15
"""A poll waits so long for the group to give the instance its partitions, on top of its own time:
other members may need a few seconds to let go of theirs."""

INSTANCES_MAX: Final = 512
"""Of one web process; each is a member of a group, with a connection or two and its heartbeats."""
INSTANCES_PER_TENANT_MAX: Final = 64

RECORDS_MAX: Final = 5_000
"""In one answer."""
BYTES_DEFAULT: Final = 1024 * 1024
"""Of keys and values in one answer, unless the request says otherwise."""


class Format(Enum):
    """How an instance's keys and values are written."""

    BINARY = "binary"
    JSON = "json"


class Reset(Enum):
    """Where to begin in a partition for which nothing is committed."""

    EARLIEST = "earliest"
    LATEST = "latest"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class InstanceSettings:
    """``auto_commit``: asking for the next records says that the ones before have arrived, and
    commits them. ``min_bytes`` of keys and values are waited for, ``timeout_ms`` long at most."""

    format: Format = Format.BINARY
    reset: Reset = Reset.LATEST
    auto_commit: bool = False
    min_bytes: int = 1
    timeout_ms: int = 1_000
