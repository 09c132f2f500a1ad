"""In whose name a command acts on a tenant's topics."""

from brokers.kernel.ids import Principal, TenantId
from brokers.node.ports import Actor
from tenants.cli.tenant_choice import operator
from tenants.models import Tenant


def operator_for(tenant: Tenant) -> Actor:
    """Operators act as the tenant's administrator would; the audit log says who it was."""
    return Actor(TenantId(str(tenant.id)), Principal(operator()), administrator=True)
