"""What a tenant's access control lists may say. Pure.

Words are Kafka's names in lower case, as in the payloads of numbered changes; which operation means
what is ``brokers/authorization``'s, which this floor cannot import. A test holds the two together.
"""

from typing import Final, NamedTuple

from tenants.errors import Invalid

CLUSTER_NAME: Final = "kafka-cluster"
EVERY: Final = "*"
EVERYBODY: Final = "User:*"

RESOURCE_TYPES: Final = (
    "topic", "group", "cluster", "transactional_id", "delegation_token", "user",
)  # fmt: skip
PATTERN_TYPES: Final = ("literal", "prefixed")
PERMISSIONS: Final = ("allow", "deny")
OPERATIONS: Final = (
    "all", "read", "write", "create", "delete", "alter", "describe", "cluster_action",
    "describe_configs", "alter_configs", "idempotent_write", "create_tokens", "describe_tokens",
    "two_phase_commit",
)  # fmt: skip

NAME_CHARACTERS_MAX: Final = 249
PRINCIPAL_CHARACTERS_MAX: Final = 200
HOST_CHARACTERS_MAX: Final = 64


class AclEntry(NamedTuple):
    """``principal`` from ``host`` is allowed or denied ``operation`` on what the pattern covers."""

    principal: str
    host: str
    resource_type: str
    pattern_type: str
    resource_name: str
    operation: str
    permission: str

    def __str__(self) -> str:
        return (
            f"{self.permission} {self.principal} from {self.host}: {self.operation} on "
            f"{self.resource_type} {self.resource_name!r} ({self.pattern_type})"
        )


def check_entry(entry: AclEntry) -> None:
    """Raises ``Invalid`` for what no list may say."""
    _check_word("resource_type", entry.resource_type, RESOURCE_TYPES)
    _check_word("pattern_type", entry.pattern_type, PATTERN_TYPES)
    _check_word("operation", entry.operation, OPERATIONS)
    _check_word("permission", entry.permission, PERMISSIONS)
    _check_text("principal", entry.principal, PRINCIPAL_CHARACTERS_MAX)
    _check_text("host", entry.host, HOST_CHARACTERS_MAX)
    _check_text("resource_name", entry.resource_name, NAME_CHARACTERS_MAX)
    if not entry.principal.startswith("User:") or entry.principal == "User:":
        raise Invalid(
            f"{entry.principal!r} is no principal; it must be User:NAME, or User:* for everybody"
        )
    if entry.resource_type == "cluster" and entry[3:5] != ("literal", CLUSTER_NAME):
        raise Invalid(
            f"the cluster has one name, {CLUSTER_NAME!r}, and the pattern type literal; it was "
            f"called {entry.resource_name!r} ({entry.pattern_type})"
        )


def _check_word(field: str, word: str, known: tuple[str, ...]) -> None:
    if word not in known:
        raise Invalid(f"{word!r} is no {field}; choose one of {', '.join(known)}")


def _check_text(field: str, text: str, limit: int) -> None:
    if not text or len(text) > limit or not text.isprintable():
        raise Invalid(f"{field} must be 1 to {limit} printable characters")
