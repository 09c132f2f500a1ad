"""One binding of an access control list, and a filter over bindings."""

from dataclasses import dataclass
from typing import NamedTuple

from brokers.authorization.resource import (
    WILDCARD,
    Operation,
    PatternType,
    Permission,
    ResourceType,
)


class AclBinding(NamedTuple):
    """``principal`` from ``host`` is allowed or denied ``operation`` on what the pattern covers.

    Of types and operations never a member that is for filters only. ``host`` is an address as text
    or ``*``.
    """

    principal: str
    host: str
    resource_type: ResourceType
    pattern_type: PatternType
    resource_name: str
    operation: Operation
    permission: Permission


@dataclass(frozen=True, slots=True)
class AclFilter:
    """Which bindings are meant; None and ANY let everything pass (KIP-140, KIP-290)."""

    principal: str | None = None
    host: str | None = None
    resource_type: ResourceType = ResourceType.ANY
    pattern_type: PatternType = PatternType.ANY
    resource_name: str | None = None
    operation: Operation = Operation.ANY
    permission: Permission = Permission.ANY

    def matches(self, binding: AclBinding) -> bool:
        return (
            self.principal in {None, binding.principal}
            and self.host in {None, binding.host}
            and self.resource_type in {ResourceType.ANY, binding.resource_type}
            and self.operation in {Operation.ANY, binding.operation}
            and self.permission in {Permission.ANY, binding.permission}
            and self._matches_pattern(binding)
        )

    def _matches_pattern(self, binding: AclBinding) -> bool:
        name, kind = self.resource_name, self.pattern_type
        if kind not in {PatternType.ANY, PatternType.MATCH, binding.pattern_type}:
            return False
        if name is None:
            return True
        if kind is not PatternType.MATCH:
            return name == binding.resource_name
        if binding.pattern_type is PatternType.PREFIXED:
            return name.startswith(binding.resource_name)
        return binding.resource_name in {name, WILDCARD}
