from uuid import UUID

from tenants import audit, changes, scope
from tenants.kept_tenants import begin_change
from tenants.models import Role
from tenants.names import person_principal
from tenants.ownership import Authority, check_owners_are_changed_by_owners
from tenants.published import no_member_change
from tenants.services.invitation_rows import end_invitations_by
from tenants.services.membership_rows import lock_members, require_another_owner


def remove_member(
    *, tenant_id: UUID, login: str, by: str, authority: Authority = Authority.OWNER
) -> None:
    """End a membership; the person's sockets at this tenant close when the change reaches them.

    The person's login stays; invitations that they made end. Raises ``NotFound`` for somebody who
    is no member, ``Conflict`` for the last owner, ``Forbidden`` when an administrator would remove
    an owner.
    """
    with scope.tenant(tenant_id):
        begin_change(tenant_id)
        member = lock_members(tenant_id, login)
        check_owners_are_changed_by_owners(authority, member.role)
        require_another_owner(member)
        change = no_member_change(member)
        member.delete()
        ended = end_invitations_by(tenant_id, person_principal(member.user.login), Role.values)
        audit.record(
            tenant_id=tenant_id,
            by=by,
            action="member.remove",
            object=member.user.login,
            detail={"role": member.role, "invitations_ended": ended},
        )
        changes.publish([change])
