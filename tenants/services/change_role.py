from uuid import UUID

from tenants import audit, changes, scope
from tenants.kept_tenants import begin_change
from tenants.models import Membership
from tenants.names import person_principal
from tenants.ownership import (
    Authority,
    check_owners_are_changed_by_owners,
    check_role,
    not_for_giving,
)
from tenants.published import member_change
from tenants.services.invitation_rows import end_invitations_by
from tenants.services.membership_rows import lock_members, require_another_owner


def change_role(
    *,
    tenant_id: UUID,
    login: str,
    role: str,
    by: str,
    authority: Authority = Authority.OWNER,
) -> Membership:
    """Give a member another role; the one that it has is harmless. Invitations that they made and
    could not make now end.

    Raises ``NotFound`` for somebody who is no member, ``Invalid`` for an unknown role, ``Conflict``
    for the last owner, ``Forbidden`` when an administrator would make or unmake an owner.
    """
    check_role(role)
    with scope.tenant(tenant_id):
        begin_change(tenant_id)
        member = lock_members(tenant_id, login)
        check_owners_are_changed_by_owners(authority, member.role, role)
        if member.role == role:
            return member
        require_another_owner(member)
        before, member.role = member.role, role
        member.save(update_fields=["role"])
        ended = end_invitations_by(
            tenant_id, person_principal(member.user.login), not_for_giving(role)
        )
        audit.record(
            tenant_id=tenant_id,
            by=by,
            action="member.change_role",
            object=member.user.login,
            detail={"role": role, "before": before, "invitations_ended": ended},
        )
        changes.publish([member_change(member)])
    return member
