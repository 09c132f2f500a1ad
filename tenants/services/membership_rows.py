"""Rows that the verbs about members share: locked, and never without an owner afterwards."""

from uuid import UUID

from tenants.errors import Conflict, NotFound
from tenants.models import Membership, Role


def lock_members(tenant_id: UUID, login: str) -> Membership:
    """The member of that login; all owners stay locked until the transaction ends.

    So two owners who remove each other at once come one after the other. Raises ``NotFound``.
    """
    owners = Membership.objects.select_for_update().filter(tenant_id=tenant_id, role=Role.OWNER)
    list(owners.order_by("id"))
    member = (
        Membership.objects.select_for_update(of=["self"])
        .select_related("user")
        .filter(tenant_id=tenant_id, user__login=login.lower())
        .first()
    )
    if member is None:
        raise NotFound(f"{login} is no member of this tenant", login=login)
    return member


def require_another_owner(member: Membership) -> None:
    """Raises ``Conflict`` when ``member`` is the tenant's last owner."""
    others = Membership.objects.filter(tenant_id=member.tenant_id, role=Role.OWNER)
    if member.role == Role.OWNER and not others.exclude(id=member.id).exists():
        raise Conflict(
            f"{member.user.login} is the last owner of this tenant; make somebody else an owner "
            "first",
            login=member.user.login,
        )
