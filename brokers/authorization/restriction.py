"""What one API key may be used for at most, whatever its principal may do.

A restriction only takes away: it is asked first, and what it lets pass is then up to the
principal's rights. It never changes in a key's life.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from brokers.authorization.resource import Operation, PatternType, ResourceType

_READING: Final = frozenset({Operation.READ, Operation.DESCRIBE, Operation.DESCRIBE_CONFIGS})
"""READ of a group includes committing its offsets, as in Kafka: else nobody could consume."""

_PATTERN_NAMES: Final = {PatternType.LITERAL: "literal", PatternType.PREFIXED: "prefixed"}
_PATTERNS: Final = {name: pattern for pattern, name in _PATTERN_NAMES.items()}


@dataclass(frozen=True, slots=True)
class NamePattern:
    """One name (LITERAL), or all names that begin so (PREFIXED)."""

    name: str
    pattern_type: PatternType = PatternType.LITERAL

    def matches(self, name: str) -> bool:
        if self.pattern_type is PatternType.PREFIXED:
            return name.startswith(self.name)
        return name == self.name


@dataclass(frozen=True, slots=True)
class KeyRestriction:
    """``topics`` and ``groups`` None: no limit by name; an empty tuple: none at all.

    A key that is limited by name may do nothing to the cluster as a whole but write idempotently;
    one that only reads may describe it. So no restricted key can edit ACLs, and rid itself of what
    limits it.
    """

    topics: tuple[NamePattern, ...] | None = None
    groups: tuple[NamePattern, ...] | None = None
    read_only: bool = False

    def allows(self, operation: Operation, resource_type: ResourceType, name: str) -> bool:
        """Whether the key may be used for ``operation`` on the thing of that name."""
        if self.read_only and operation not in _READING:
            return False
        match resource_type:
            case ResourceType.TOPIC:
                return _is_among(self.topics, name)
            case ResourceType.GROUP:
                return _is_among(self.groups, name)
            case ResourceType.TRANSACTIONAL_ID:
                return True  # What a transaction touches are topics and groups.
        # The cluster as a whole, and what a tenant has beside it.
        is_limited_by_name = self.topics is not None or self.groups is not None
        return operation is Operation.IDEMPOTENT_WRITE or not is_limited_by_name

    def allows_any(self, operation: Operation, resource_type: ResourceType) -> bool:
        """Whether there may be a name of that type for which ``allows`` is true."""
        names = {ResourceType.TOPIC: self.topics, ResourceType.GROUP: self.groups}
        if resource_type in names:
            is_reading = not self.read_only or operation in _READING
            return is_reading and names[resource_type] != ()
        return self.allows(operation, resource_type, "")

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "KeyRestriction":
        """Of ``to_json``. Raises ``KeyError`` and ``TypeError`` for anything else."""
        return cls(
            topics=_patterns(data["topics"]),
            groups=_patterns(data["groups"]),
            read_only=data["read_only"],
        )

    def to_json(self) -> dict[str, Any]:
        return {
            "topics": _documents(self.topics),
            "groups": _documents(self.groups),
            "read_only": self.read_only,
        }


def restriction_from_json(data: Mapping[str, Any] | None) -> KeyRestriction | None:
    """None stands for none, in JSON too."""
    return None if data is None else KeyRestriction.from_json(data)


def _is_among(patterns: tuple[NamePattern, ...] | None, name: str) -> bool:
    return patterns is None or any(pattern.matches(name) for pattern in patterns)


def _patterns(documents: list[dict[str, str]] | None) -> tuple[NamePattern, ...] | None:
    if documents is None:
        return None
    return tuple(NamePattern(each["name"], _PATTERNS[each["pattern_type"]]) for each in documents)


def _documents(patterns: tuple[NamePattern, ...] | None) -> list[dict[str, str]] | None:
    if patterns is None:
        return None
    return [
        {"name": each.name, "pattern_type": _PATTERN_NAMES[each.pattern_type]} for each in patterns
    ]
