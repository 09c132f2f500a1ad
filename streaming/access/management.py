"""Who may manage a tenant: its own people and keys by their rights, and the service's operators."""

from typing import Final
from uuid import UUID

from streaming.access.caller import Caller, SessionCredential, TenantAccess
from streaming.access.errors import TenantNotFound
from streaming.records.identity import ADMINISTER, READ
from tenants.errors import NotFound
from tenants.models import Role, Tenant
from tenants.names import person_principal
from tenants.ownership import Authority
from tenants.selectors.tenants import owned_in_grace, tenant_by_name

OPERATOR: Final = "operator"
"""In place of a role. An operator's access is for the tables of PostgreSQL, never for records."""


def managed_tenant(caller: Caller, name: str) -> TenantAccess:
    """The tenant of that name, as one that may be managed.

    For an operator it is any, inactive ones too. Raises ``TenantNotFound``.
    """
    if not caller.is_operator:
        return caller.tenant(name)
    try:
        tenant = tenant_by_name(name)
    except NotFound:
        raise TenantNotFound(name) from None
    return _access(caller, tenant, OPERATOR)


def managed_or_deleted_tenant(caller: Caller, name: str) -> TenantAccess:
    """``managed_tenant``, or for its owner one that is being deleted: it is no longer among its
    people's then, but owners may restore it and revoke what has leaked.

    Raises ``TenantNotFound``.
    """
    match caller.credential:
        case SessionCredential(user_id=user_id):
            deleted = owned_in_grace(UUID(user_id), name)
            if deleted is not None:
                return _access(caller, deleted, Role.OWNER)
    return managed_tenant(caller, name)


def _access(caller: Caller, tenant: Tenant, role: str) -> TenantAccess:
    return TenantAccess(
        tenant_id=str(tenant.id),
        tenant=tenant.name,
        cluster_id=tenant.cluster_id,
        role=role,
        principal=person_principal(caller.name),
        scopes=frozenset({READ, ADMINISTER}),
    )


def authority_of(access: TenantAccess) -> Authority:
    """In whose right members are changed: a key of the tenant's administrator makes no owners."""
    owner = access.role in (Role.OWNER, OPERATOR)
    return Authority.OWNER if owner else Authority.ADMINISTRATOR
