from uuid import UUID

from tenants.errors import Conflict
from tenants.models import Membership
from tenants.services.add_member import add_member
from tenants.services.change_role import change_role


def ensure_member(*, tenant_id: UUID, login: str, role: str, by: str) -> Membership:
    """Let a person into a tenant, or give a member this role. Raises as both do."""
    try:
        return add_member(tenant_id=tenant_id, login=login, role=role, by=by)
    except Conflict:
        return change_role(tenant_id=tenant_id, login=login, role=role, by=by)
