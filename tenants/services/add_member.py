from uuid import UUID

from tenants import audit, scope
from tenants.errors import Invalid, NotFound
from tenants.models import Membership, Role, User
from tenants.transactions import limit_waits


def add_member(*, tenant_id: UUID, login: str, role: str, by: str) -> Membership:
    """Let a person into a tenant, or give a member another role.

    Raises ``NotFound`` for an unknown login, ``Invalid`` for an unknown role.
    """
    if role not in Role.values:
        raise Invalid(f"{role!r} is no role; choose one of {', '.join(Role.values)}", role=role)
    user = User.objects.filter(login=login.lower()).first()
    if user is None:
        raise NotFound(f"there is no login {login!r}; create the user first", login=login)
    with scope.tenant(tenant_id):
        limit_waits()
        membership, _ = Membership.objects.update_or_create(
            user=user, tenant_id=tenant_id, defaults={"role": role}
        )
        audit.record(
            tenant_id=tenant_id,
            by=by,
            action="member.add",
            object=user.login,
            detail={"role": role},
        )
    return membership
