"""Lists of bindings that go together: what a producer, a consumer, an administrator needs. Pure.

Producer and consumer as Kafka's ``kafka-acls --producer --consumer``.
"""

from dataclasses import dataclass
from typing import Final

from tenants.acls import CLUSTER_NAME, EVERY, AclEntry
from tenants.errors import Invalid

RECORDS: Final = "records"
"""Read, write and commit everywhere, manage nothing but groups: what an account is made with."""

PRODUCER: Final = "producer"
CONSUMER: Final = "consumer"
ADMINISTRATOR: Final = "administrator"
NONE: Final = "none"
PRESETS: Final = (RECORDS, PRODUCER, CONSUMER, ADMINISTRATOR, NONE)


@dataclass(frozen=True, slots=True)
class Preset:
    """``topic``, ``group`` and ``transactional_id`` are what a producer or a consumer works on, of
    ``pattern_type``; the other presets take none."""

    name: str = RECORDS
    topic: str | None = None
    pattern_type: str = "literal"
    group: str | None = None
    transactional_id: str | None = None


USUAL: Final = Preset()


def bindings_of(preset: Preset, principal: str, host: str = EVERY) -> list[AclEntry]:
    """Raises ``Invalid`` for an unknown preset, and for one that lacks what it is about."""
    match preset.name:
        case "records":
            wanted = _RECORDS
        case "producer":
            wanted = _producer(preset)
        case "consumer":
            wanted = _consumer(preset)
        case "administrator":
            wanted = _ADMINISTRATOR
        case "none":
            wanted = []
        case other:
            raise Invalid(f"{other!r} is no preset; choose one of {', '.join(PRESETS)}")
    return [
        AclEntry(principal, host, kind, pattern, name, operation, "allow")
        for kind, pattern, name, operation in wanted
    ]


Wanted = tuple[str, str, str, str]
"""Resource type, pattern type, name, operation."""

_RECORDS: Final[list[Wanted]] = [
    ("topic", "literal", EVERY, "read"),
    ("topic", "literal", EVERY, "write"),
    ("topic", "literal", EVERY, "describe_configs"),
    ("group", "literal", EVERY, "read"),
    ("group", "literal", EVERY, "delete"),
    ("transactional_id", "literal", EVERY, "write"),
    ("cluster", "literal", CLUSTER_NAME, "idempotent_write"),
]
_ADMINISTRATOR: Final[list[Wanted]] = [
    ("topic", "literal", EVERY, "all"),
    ("group", "literal", EVERY, "all"),
    ("transactional_id", "literal", EVERY, "all"),
    ("cluster", "literal", CLUSTER_NAME, "all"),
]


def _producer(preset: Preset) -> list[Wanted]:
    if preset.topic is None:
        raise Invalid("a producer writes to a topic; name it")
    wanted = [
        ("topic", preset.pattern_type, preset.topic, operation)
        for operation in ("write", "describe", "create")
    ]
    if preset.transactional_id is not None:
        wanted += [
            ("transactional_id", preset.pattern_type, preset.transactional_id, operation)
            for operation in ("write", "describe")
        ]
    return wanted


def _consumer(preset: Preset) -> list[Wanted]:
    if preset.topic is None or preset.group is None:
        raise Invalid("a consumer reads a topic as a member of a group; name both")
    return [
        ("topic", preset.pattern_type, preset.topic, "read"),
        ("topic", preset.pattern_type, preset.topic, "describe"),
        ("group", preset.pattern_type, preset.group, "read"),
    ]
