"""Who may manage a tenant: its own people and keys by their rights, and the service's operators."""

from typing import Final

from streaming.access.caller import Caller, TenantAccess
from streaming.access.errors import TenantNotFound
from streaming.records.identity import ADMINISTER, READ
from tenants.errors import NotFound
from tenants.models import Role
from tenants.names import person_principal
from tenants.ownership import Authority
from tenants.selectors.tenants import tenant_by_name

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
    return TenantAccess(
        tenant_id=str(tenant.id),
        tenant=tenant.name,
        cluster_id=tenant.cluster_id,
        role=OPERATOR,
        principal=person_principal(caller.name),
        scopes=frozenset({READ, ADMINISTER}),
    )


def authority_of(access: TenantAccess) -> Authority:
    """In whose right members are changed: a key of the tenant's administrator makes no owners."""
    owner = access.role in (Role.OWNER, OPERATOR)
    return Authority.OWNER if owner else Authority.ADMINISTRATOR
