"""The words for what a connector is and how it is: Kafka Connect's own. Pure."""

from enum import StrEnum
from typing import Final


class Kind(StrEnum):
    """Into the tenant's topics, or out of them."""

    SOURCE = "source"
    SINK = "sink"


class TargetState(StrEnum):
    """What a connector is asked to be."""

    RUNNING = "RUNNING"
    PAUSED = "PAUSED"
    """Its tasks are there and do nothing; a sink's stay members of their group."""
    STOPPED = "STOPPED"
    """It has no tasks. Only now may its offsets be changed (KIP-875)."""


class State(StrEnum):
    """What a connector, or one of its tasks, is."""

    RUNNING = "RUNNING"
    PAUSED = "PAUSED"
    STOPPED = "STOPPED"
    FAILED = "FAILED"
    """Ended by an error. It is started again after a while, or when somebody asks for it."""
    UNASSIGNED = "UNASSIGNED"
    """No worker has it yet, or its worker has died."""
    RESTARTING = "RESTARTING"


NO_ROOM: Final = (
    "every connect worker runs as many tasks as it may; this one is taken as soon as there is room"
)
"""Why a task waits that no worker can take, in the place of a trace."""
NO_WORKER: Final = "no connect worker is up; the first that comes takes it"
"""The same where there is none."""

HIDDEN: Final = "********"
"""What is told of a secret's value. Given back in a config it means the value that is kept."""

CHANNEL: Final = "headwater_connect"
"""Workers listen here for hints that something of a connector has changed."""

GROUP_PREFIX: Final = "connect-"
"""Of a sink's consumer group, of a task's transactional id and of a connector's account."""
OFFSETS_TOPIC: Final = "connect-offsets"
"""Where a tenant's sources keep how far they are."""

NAME_CHARACTERS_MAX: Final = 200
TRACE_CHARACTERS_MAX: Final = 20_000
TASKS_MAX: Final = 100
"""Of one connector, whatever its tasks.max says."""
