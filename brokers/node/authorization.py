"""What a login may do: the one question that every handler asks.

::

    the tenant's administrator, a person who may administer      everything
    any other person, whom the edge's token vouches for          by scope: read, write
    a service account, here or by the edge's token with its key  by the tenant's ACLs

An API key's restriction is asked first, and only takes away. Kafka's words and codes; what each API
needs is told by its handler. A refusal never depends on whether the thing exists.
"""

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, Final

from brokers.authorization.authorizer import NAMES_KEPT_MAX
from brokers.authorization.resource import CLUSTER_NAME, Operation, ResourceType, bits_of
from brokers.authorization.restriction import KeyRestriction
from brokers.kernel.errors import ErrorCode
from brokers.metadata.image import MetadataImage
from brokers.node.session import ADMINISTRATOR, RequestContext, Scope, Session

if TYPE_CHECKING:
    from brokers.node.node import Node

_TYPES: Final = tuple(ResourceType)[1:]
_READING: Final = (Operation.READ, Operation.DESCRIBE, Operation.DESCRIBE_CONFIGS)
_WRITING: Final = (Operation.WRITE, Operation.IDEMPOTENT_WRITE, Operation.DESCRIBE)


def _scope_bits(scope: Scope, resource_type: ResourceType) -> int:
    """What a person's scope comes to on resources of a type."""
    known = bits_of(resource_type)
    if Scope.ADMINISTER in scope:
        return known
    operations: set[Operation] = set()
    if Scope.READ in scope:
        operations.update(_READING)
    if Scope.WRITE in scope:
        operations.update(_WRITING)
        if resource_type is ResourceType.GROUP:
            operations.add(Operation.DELETE)
    return known & sum(1 << operation for operation in operations)


class Rights:
    """One login's rights, as the image has them at the moment of each question."""

    __slots__ = (
        "_fixed", "_host", "_image", "_masks", "_principal", "_restriction", "tenant_id",
    )  # fmt: skip

    def __init__(self, session: Session, host: str, image: MetadataImage) -> None:
        self._image = image
        self.tenant_id = session.tenant_id
        self._principal = session.principal
        self._host = host
        self._fixed: dict[ResourceType, int] | None = None
        """By type, for whom no ACL counts."""
        key_id = session.credential_key
        # Of the key that a token of the edge names; neither of what is read here ever changes.
        credential = None if key_id is None else image.credentials.get(key_id)
        administers = credential is not None and credential.administrator
        if key_id is None or administers or Scope.ADMINISTER in session.scope:
            scope = ADMINISTRATOR if administers else session.scope
            self._fixed = {kind: _scope_bits(scope, kind) for kind in _TYPES}
        self._restriction = session.restriction
        if self._restriction is None and credential is not None:
            self._restriction = credential.restriction
        self._masks: dict[tuple[ResourceType, str], int] = {}
        """What the key's restriction leaves, by type and name."""

    @property
    def depend_on_acls(self) -> bool:
        """Whether a later image may say otherwise."""
        return self._fixed is None

    def operations(self, resource_type: ResourceType, name: str) -> int:
        """A bit, by ``Operation``'s number, for each that is allowed (KIP-430)."""
        # On the hot path, so in one piece.
        left = -1
        if self._restriction is not None:
            known = self._masks.get((resource_type, name))
            left = self._mask(self._restriction, resource_type, name) if known is None else known
        if self._fixed is not None:
            return self._fixed[resource_type] & left
        authorizer = self._image.authorizers.get(self.tenant_id)
        if authorizer is None:
            return 0
        grants = authorizer.grants(self._principal, self._host)
        return grants.operations(resource_type, name) & left

    def _mask(self, restriction: KeyRestriction, resource_type: ResourceType, name: str) -> int:
        if len(self._masks) >= NAMES_KEPT_MAX:
            self._masks.clear()
        allows = restriction.allows
        mask = sum(
            1 << operation for operation in Operation if allows(operation, resource_type, name)
        )
        self._masks[resource_type, name] = mask
        return mask

    def allow(self, operation: Operation, resource_type: ResourceType, name: str) -> bool:
        return bool(self.operations(resource_type, name) >> operation & 1)

    def allow_any(self, operation: Operation, resource_type: ResourceType) -> bool:
        """Whether there can be a resource of the type on which it is allowed (KIP-679)."""
        if self._restriction is not None and not self._restriction.allows_any(
            operation, resource_type
        ):
            return False
        if self._fixed is not None:
            return bool(self._fixed[resource_type] >> operation & 1)
        authorizer = self._image.authorizers.get(self.tenant_id)
        if authorizer is None:
            return False
        return authorizer.grants(self._principal, self._host).allows_any(operation, resource_type)


async def may(
    context: RequestContext,
    node: "Node",
    operation: Operation,
    resource_type: ResourceType,
    name: str,
) -> bool:
    """Whether the request may do this; the image is brought up to date before the answer is no."""
    return name in await allowed(context, node, operation, resource_type, (name,))


async def may_on_cluster(context: RequestContext, node: "Node", operation: Operation) -> bool:
    """As ``may``, on the tenant's cluster."""
    return await may(context, node, operation, ResourceType.CLUSTER, CLUSTER_NAME)


async def allowed(
    context: RequestContext,
    node: "Node",
    operation: Operation,
    resource_type: ResourceType,
    names: Collection[str],
) -> set[str]:
    """Those of the names on which the request may do this, as ``may`` says of each."""
    found = _allowed(context, operation, resource_type, names)
    if len(found) < len(set(names)) and context.rights.depend_on_acls:
        await node.catch_up()
        found = _allowed(context, operation, resource_type, names)
    for name in set(names) - found:
        note_refusal(context, node, operation, resource_type, name)
    return found


def note_refusal(
    context: RequestContext,
    node: "Node",
    operation: Operation,
    resource_type: ResourceType,
    name: str,
) -> None:
    """For the audit log: what a client named, and may not."""
    words = operation.name.lower(), resource_type.name.lower()
    node.refusals.denied(context.session, *words, name)


def note_refused_topics(
    context: RequestContext, node: "Node", operation: Operation, answered: Iterable[tuple[str, int]]
) -> None:
    """``note_refusal`` for each topic that a response refuses; names with their error codes."""
    refused = {name for name, code in answered if code == ErrorCode.TOPIC_AUTHORIZATION_FAILED}
    for name in refused:
        note_refusal(context, node, operation, ResourceType.TOPIC, name)


def _allowed(
    context: RequestContext,
    operation: Operation,
    resource_type: ResourceType,
    names: Collection[str],
) -> set[str]:
    rights = context.rights
    return {name for name in names if rights.allow(operation, resource_type, name)}
