"""What a caller may do with the things that the edge itself tells of: the brokers' own rule.

What the edge asks of brokers they judge, by the token that names the caller's key. What it reads in
PostgreSQL, and what it hands out of a tail that many share, is judged here. Blocking: a query for a
service account, nothing for others.
"""

import time
from collections import OrderedDict
from typing import Final
from uuid import UUID

from django.db import InterfaceError, OperationalError

from brokers.acl_words import binding_of
from brokers.authorization.authorizer import UNKNOWN_HOST, Authorizer
from brokers.authorization.resource import CLUSTER_NAME, Operation, ResourceType
from brokers.kernel.ids import Principal, TenantId
from brokers.metadata.image import MetadataImage
from brokers.node.authorization import Rights
from brokers.node.session import Scope, Session
from streaming.access.caller import ADMINISTRATOR, TenantAccess
from streaming.access.errors import NotAllowed
from streaming.records.identity import ADMINISTER, READ, WRITE
from tenants.selectors.acls import acls_about

STALE_SECONDS: Final = 900
"""How long bindings are good for while the database is away: they cannot change without it."""
KEPT_MAX: Final = 1_000

_SCOPES: Final = {READ: Scope.READ, WRITE: Scope.WRITE, ADMINISTER: Scope.ADMINISTER}
_known: OrderedDict[tuple[str, str], tuple[float, Authorizer]] = OrderedDict()


def rights_of(access: TenantAccess) -> Rights:
    """Where a caller comes from the edge does not ask: see ``UNKNOWN_HOST``."""
    scope = Scope(0)
    for name in _SCOPES if access.role == ADMINISTRATOR else access.scopes:
        scope |= _SCOPES[name]
    session = Session(
        TenantId(access.tenant_id),
        Principal(access.principal),
        scope,
        access.key_id,
        restriction=access.restriction,
    )
    image = MetadataImage()
    if access.goes_by_acls:
        image.authorizers[session.tenant_id] = _authorizer(access)
    return Rights(session, UNKNOWN_HOST, image)


def require_on_some_topic(access: TenantAccess, scope: str, operation: Operation) -> None:
    """Raise ``NotAllowed`` for a caller without ``scope``, or for one who goes by ACLs and has no
    right to ``operation`` on any topic. On which is asked once its name is known."""
    if not access.goes_by_acls:
        access.require(scope)
        return
    rights = rights_of(access)
    if not rights.allow_any(operation, ResourceType.TOPIC) and not rights.allow(
        operation, ResourceType.CLUSTER, CLUSTER_NAME
    ):
        raise NotAllowed(
            f"{access.principal} ({access.role}) has no right to {operation.name} on any topic. "
            "Use a credential with that right, or ask the tenant's administrator."
        )


def require_topic(access: TenantAccess, operation: Operation, name: str) -> None:
    """Raise ``NotAllowed`` where the caller may not, whether or not there is such a topic."""
    require(access, operation, ResourceType.TOPIC, name)


def require_cluster(access: TenantAccess, operation: Operation) -> None:
    """Raise ``NotAllowed`` where the caller may not do this to the tenant's cluster."""
    require(access, operation, ResourceType.CLUSTER, CLUSTER_NAME)


def require(
    access: TenantAccess, operation: Operation, resource_type: ResourceType, name: str
) -> None:
    if not rights_of(access).allow(operation, resource_type, name):
        what = f"the {resource_type.name.lower().replace('_', ' ')} {name!r}"
        raise NotAllowed(
            f"{access.principal} ({access.role}) has no right to {operation.name} on {what}. "
            "Use a credential with that right, or ask the tenant's administrator."
        )


def _authorizer(access: TenantAccess) -> Authorizer:
    key = (access.tenant_id, access.principal)
    try:
        rows = acls_about(UUID(access.tenant_id), access.principal)
    except (OperationalError, InterfaceError):
        kept = _known.get(key)
        if kept is None or time.monotonic() - kept[0] > STALE_SECONDS:
            raise
        return kept[1]
    authorizer = Authorizer()
    for row in rows:
        authorizer.put(str(row.id), binding_of(row.entry))
    _known[key] = (time.monotonic(), authorizer)
    _known.move_to_end(key)
    while len(_known) > KEPT_MAX:
        _known.popitem(last=False)
    return authorizer
