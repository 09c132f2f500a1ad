"""What a tenant's bindings come to, per principal.

Semantics: Apache Kafka, ``StandardAuthorizer`` (KIP-801). Nothing is allowed that no binding
allows; a DENY of the operation or of ALL wins over every ALLOW. An ALLOW of READ, WRITE, DELETE or
ALTER allows DESCRIBE, one of ALTER_CONFIGS allows DESCRIBE_CONFIGS; a DENY implies nothing.

An answer is a set of bits, one per operation. Computing one costs microseconds, so ``Grants`` keeps
it: on the hot path a question is a look into a dict.
"""

from collections import defaultdict
from collections.abc import Iterator
from typing import Final

from brokers.authorization.acl import AclBinding
from brokers.authorization.resource import (
    ANYONE,
    OPERATIONS_OF,
    WILDCARD,
    Operation,
    PatternType,
    Permission,
    ResourceType,
)

NAMES_KEPT_MAX: Final = 10_000
"""Names whose answer one principal's grants keep; then they begin anew."""

UNKNOWN_HOST: Final = ""
"""Of a login whose address nobody tells: what is allowed from certain hosts only is not allowed to
it, and what is denied from any host is denied to it."""

PRINCIPALS_KEPT_MAX: Final = 1_000
"""Principals, per host, whose grants one tenant's authorizer keeps; then it begins anew."""

_EVERY_BIT: Final = sum(1 << operation for operation in Operation)
_DESCRIBE: Final = 1 << Operation.DESCRIBE
_ALLOWED: Final[dict[Operation, int]] = {
    **{operation: 1 << operation for operation in Operation},
    Operation.ALL: _EVERY_BIT,
    Operation.READ: 1 << Operation.READ | _DESCRIBE,
    Operation.WRITE: 1 << Operation.WRITE | _DESCRIBE,
    Operation.DELETE: 1 << Operation.DELETE | _DESCRIBE,
    Operation.ALTER: 1 << Operation.ALTER | _DESCRIBE,
    Operation.ALTER_CONFIGS: 1 << Operation.ALTER_CONFIGS | 1 << Operation.DESCRIBE_CONFIGS,
}
_DENIED: Final[dict[Operation, int]] = {
    **{operation: 1 << operation for operation in Operation},
    Operation.ALL: _EVERY_BIT,
}
_KNOWN: Final[dict[ResourceType, int]] = {
    kind: sum(1 << operation for operation in known) for kind, known in OPERATIONS_OF.items()
}

Pattern = tuple[ResourceType, PatternType, str]


class Grants:
    """What one principal may do from one host."""

    __slots__ = ("_answers", "_patterns", "_prefix_lengths")

    def __init__(self, bindings: Iterator[AclBinding]) -> None:
        self._patterns: dict[Pattern, tuple[int, int]] = {}
        """Bits allowed and bits denied."""
        self._answers: dict[tuple[ResourceType, str], int] = {}
        for binding in bindings:
            pattern = (binding.resource_type, binding.pattern_type, binding.resource_name)
            allowed, denied = self._patterns.get(pattern, (0, 0))
            if binding.permission is Permission.ALLOW:
                allowed |= _ALLOWED[binding.operation]
            else:
                denied |= _DENIED[binding.operation]
            self._patterns[pattern] = (allowed, denied)
        lengths: defaultdict[ResourceType, set[int]] = defaultdict(set)
        for kind, pattern_type, name in self._patterns:
            if pattern_type is PatternType.PREFIXED:
                lengths[kind].add(len(name))
        self._prefix_lengths = {kind: sorted(each) for kind, each in lengths.items()}

    def operations(self, resource_type: ResourceType, name: str) -> int:
        """A bit, by ``Operation``'s number, for each that is allowed on this resource."""
        answer = self._answers.get((resource_type, name))
        return self._computed(resource_type, name) if answer is None else answer

    def _computed(self, resource_type: ResourceType, name: str) -> int:
        patterns = self._patterns
        literal = PatternType.LITERAL
        covering = [
            patterns.get((resource_type, literal, name)),
            patterns.get((resource_type, literal, WILDCARD)),
        ]
        for length in self._prefix_lengths.get(resource_type, ()):
            if length > len(name):
                break
            covering.append(patterns.get((resource_type, PatternType.PREFIXED, name[:length])))
        allowed = denied = 0
        for bits in covering:
            if bits is not None:
                allowed |= bits[0]
                denied |= bits[1]
        if len(self._answers) >= NAMES_KEPT_MAX:
            self._answers.clear()
        answer = allowed & ~denied & _KNOWN[resource_type]
        self._answers[resource_type, name] = answer
        return answer

    def allows_any(self, operation: Operation, resource_type: ResourceType) -> bool:
        """Whether there can be a resource of this type on which it is allowed: Kafka's
        ``authorizeByResourceType`` (KIP-679). What other patterns imply counts as well."""
        bit = 1 << operation
        of_type = {
            (kind, name): bits
            for (each, kind, name), bits in self._patterns.items()
            if each is resource_type
        }
        everything = of_type.get((PatternType.LITERAL, WILDCARD), (0, 0))
        if everything[1] & bit:
            return False
        if everything[0] & bit:
            return True
        denied_prefixes = [
            name
            for (kind, name), bits in of_type.items()
            if kind is PatternType.PREFIXED and bits[1] & bit
        ]
        return any(
            allowed & bit
            and not (kind is PatternType.LITERAL and denied & bit)
            and not any(name.startswith(prefix) for prefix in denied_prefixes)
            for (kind, name), (allowed, denied) in of_type.items()
        )


class Authorizer:
    """All bindings of one tenant, by id. Whoever keeps ``Grants`` asks for them again after
    ``put`` and ``remove``."""

    __slots__ = ("_bindings", "_by_principal", "_grants")

    def __init__(self) -> None:
        self._bindings: dict[str, AclBinding] = {}
        self._by_principal: defaultdict[str, dict[str, AclBinding]] = defaultdict(dict)
        self._grants: dict[tuple[str, str], Grants] = {}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Authorizer) and self._bindings == other._bindings

    __hash__ = None  # type: ignore[assignment]

    def __len__(self) -> int:
        return len(self._bindings)

    def bindings(self) -> list[tuple[str, AclBinding]]:
        """(id, binding), in an order that does not depend on how they came."""
        return sorted(self._bindings.items(), key=lambda each: (each[1], each[0]))

    def put(self, binding_id: str, binding: AclBinding) -> None:
        """Add a binding, in place of the one that had the id."""
        self.remove(binding_id)
        self._bindings[binding_id] = binding
        self._by_principal[binding.principal][binding_id] = binding
        self._grants.clear()

    def remove(self, binding_id: str) -> None:
        """Without effect where there is none of that id."""
        binding = self._bindings.pop(binding_id, None)
        if binding is None:
            return
        of_principal = self._by_principal[binding.principal]
        del of_principal[binding_id]
        if not of_principal:
            del self._by_principal[binding.principal]
        self._grants.clear()

    def grants(self, principal: str, host: str) -> Grants:
        """What the principal may do from that host, until the bindings change."""
        known = self._grants.get((principal, host))
        if known is not None:
            return known
        if len(self._grants) >= PRINCIPALS_KEPT_MAX:
            self._grants.clear()
        known = self._grants[principal, host] = Grants(self._about(principal, host))
        return known

    def _about(self, principal: str, host: str) -> Iterator[AclBinding]:
        for whose in {principal, ANYONE}:
            for binding in self._by_principal.get(whose, {}).values():
                is_denied_somewhere = host == UNKNOWN_HOST and binding.permission is Permission.DENY
                if binding.host in {host, WILDCARD} or is_denied_somewhere:
                    yield binding

    def operations(self, principal: str, host: str, resource_type: ResourceType, name: str) -> int:
        """A bit, by ``Operation``'s number, for each that is allowed (KIP-430)."""
        return self.grants(principal, host).operations(resource_type, name)

    def allows(
        self,
        principal: str,
        host: str,
        operation: Operation,
        resource_type: ResourceType,
        name: str,
    ) -> bool:
        bits = self.grants(principal, host).operations(resource_type, name)
        return bool(bits >> operation & 1)

    def allows_any(
        self, principal: str, host: str, operation: Operation, resource_type: ResourceType
    ) -> bool:
        """As ``Grants.allows_any``."""
        return self.grants(principal, host).allows_any(operation, resource_type)
