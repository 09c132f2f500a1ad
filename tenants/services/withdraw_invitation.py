from uuid import UUID

from tenants import audit, scope
from tenants.errors import NotFound
from tenants.kept_tenants import begin_revocation
from tenants.models import Invitation
from tenants.ownership import Authority, check_owners_are_changed_by_owners


def withdraw_invitation(*, tenant_id: UUID, login: str, by: str, authority: Authority) -> None:
    """End an invitation that nobody has accepted yet.

    Raises ``NotFound`` for a login that is not invited, ``Forbidden`` when an administrator would
    withdraw an owner's.
    """
    login = login.lower()
    with scope.tenant(tenant_id):
        begin_revocation(tenant_id)
        invitation = Invitation.objects.select_for_update().filter(login=login).first()
        if invitation is None:
            raise NotFound(f"{login} is not invited into this tenant", login=login)
        check_owners_are_changed_by_owners(authority, invitation.role)
        invitation.delete()
        audit.record(
            tenant_id=tenant_id,
            by=by,
            action="invitation.withdraw",
            object=login,
            detail={"role": invitation.role},
        )
