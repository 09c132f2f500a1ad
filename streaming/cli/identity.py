"""In whose name a command reads and writes records: the tenant's administrator."""

from streaming.records.identity import Identity
from tenants.cli.tenant_choice import chosen_tenant
from tenants.names import ADMINISTRATOR_PRINCIPAL


def administrator_of(tenant_name: str | None, *scopes: str) -> Identity:
    """The administrator of the tenant of that name (see ``chosen_tenant``), with these scopes."""
    tenant = chosen_tenant(tenant_name)
    return Identity(str(tenant.id), ADMINISTRATOR_PRINCIPAL, frozenset(scopes))
