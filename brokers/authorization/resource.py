"""What can be asked for, and on what: Kafka's codes and words.

Apache Kafka, ``org.apache.kafka.common.acl`` and ``org.apache.kafka.common.resource``. UNKNOWN is
left out: it is whatever is no member here.
"""

from enum import IntEnum
from typing import Final

CLUSTER_NAME: Final = "kafka-cluster"
"""The one name that a resource of type CLUSTER has."""

WILDCARD: Final = "*"
"""As a literal pattern's name: every resource of its type. As a host: every host."""

ANYONE: Final = "User:*"
"""The principal of a binding that is about everybody."""

NAME_CHARACTERS_MAX: Final = 249
"""Of a pattern; the longest name that a topic can have."""


class ResourceType(IntEnum):
    ANY = 1
    """In filters only."""
    TOPIC = 2
    GROUP = 3
    CLUSTER = 4
    TRANSACTIONAL_ID = 5
    DELEGATION_TOKEN = 6
    USER = 7


class PatternType(IntEnum):
    ANY = 1
    """In filters only: patterns of any type that have just this name."""
    MATCH = 2
    """In filters only: every pattern that the name falls under."""
    LITERAL = 3
    PREFIXED = 4


class Operation(IntEnum):
    """Also the number of the operation's bit in fields of authorised operations (KIP-430)."""

    ANY = 1
    """In filters only."""
    ALL = 2
    READ = 3
    WRITE = 4
    CREATE = 5
    DELETE = 6
    ALTER = 7
    DESCRIBE = 8
    CLUSTER_ACTION = 9
    DESCRIBE_CONFIGS = 10
    ALTER_CONFIGS = 11
    IDEMPOTENT_WRITE = 12
    CREATE_TOKENS = 13
    DESCRIBE_TOKENS = 14
    TWO_PHASE_COMMIT = 15


class Permission(IntEnum):
    ANY = 1
    """In filters only."""
    DENY = 2
    ALLOW = 3


_O = Operation

OPERATIONS_OF: Final[dict[ResourceType, frozenset[Operation]]] = {
    ResourceType.TOPIC: frozenset(
        {_O.READ, _O.WRITE, _O.CREATE, _O.DELETE, _O.ALTER, _O.DESCRIBE,
         _O.DESCRIBE_CONFIGS, _O.ALTER_CONFIGS}
    ),
    ResourceType.GROUP: frozenset(
        {_O.READ, _O.DELETE, _O.DESCRIBE, _O.DESCRIBE_CONFIGS, _O.ALTER_CONFIGS}
    ),
    ResourceType.CLUSTER: frozenset(
        {_O.CREATE, _O.ALTER, _O.DESCRIBE, _O.CLUSTER_ACTION, _O.DESCRIBE_CONFIGS,
         _O.ALTER_CONFIGS, _O.IDEMPOTENT_WRITE}
    ),
    ResourceType.TRANSACTIONAL_ID: frozenset({_O.WRITE, _O.DESCRIBE, _O.TWO_PHASE_COMMIT}),
    ResourceType.DELEGATION_TOKEN: frozenset({_O.DESCRIBE}),
    ResourceType.USER: frozenset({_O.CREATE_TOKENS, _O.DESCRIBE_TOKENS}),
}  # fmt: skip
"""What each type of resource knows, beside ALL: Kafka's ``AclEntry.supportedOperations``."""


def bits_of(resource_type: ResourceType) -> int:
    """A bit for every operation that the type knows."""
    return sum(1 << operation for operation in OPERATIONS_OF[resource_type])
