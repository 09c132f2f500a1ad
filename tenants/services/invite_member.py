from datetime import UTC, datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from tenants import audit, scope
from tenants.errors import Conflict
from tenants.invitations import LIFETIME, PENDING_MAX, IssuedInvitation, code_digest, new_code
from tenants.kept_tenants import begin_change
from tenants.models import Invitation
from tenants.names import check_login
from tenants.ownership import Authority, check_owners_are_changed_by_owners, check_role
from tenants.selectors.tenants import members_of


def invite_member(
    *, tenant_id: UUID, login: str, role: str, by: str, authority: Authority
) -> IssuedInvitation:
    """Invite whoever signs in as ``login``, or follows the code; a former invitation of that login
    ends.

    Nobody is looked for among the deployment's people: the answer and the work are the same whether
    there is somebody of that login or not. Raises ``Invalid`` for a role or login that will not do,
    ``Conflict`` for a member and past ``PENDING_MAX``, ``Forbidden`` when an administrator would
    make an owner or end an owner's invitation.
    """
    login = login.lower()
    check_login(login)
    check_role(role)
    code = new_code()
    now = datetime.now(UTC)
    invitation = Invitation(
        digest=code_digest(code),
        tenant_id=tenant_id,
        login=login,
        role=role,
        invited_by=by,
        expires_at=now + LIFETIME,
    )
    with scope.tenant(tenant_id):
        begin_change(tenant_id)
        _require_no_member(tenant_id, login)
        former = Invitation.objects.select_for_update().filter(login=login).first()
        check_owners_are_changed_by_owners(authority, role, former and former.role)
        Invitation.objects.filter(expires_at__lte=now).delete()
        Invitation.objects.filter(login=login).delete()
        _require_room()
        _insert(invitation)
        audit.record(
            tenant_id=tenant_id,
            by=by,
            action="invitation.create",
            object=login,
            detail={"role": role, "expires_at": invitation.expires_at.isoformat()},
        )
    return IssuedInvitation(login, role, by, invitation.created_at, invitation.expires_at, code)


def _require_no_member(tenant_id: UUID, login: str) -> None:
    """Looks through the tenant's members; asking for the login's would look for the person first,
    and take longer where there is one."""
    if any(member.user.login == login for member in members_of(tenant_id)):
        raise Conflict(
            f"{login} is a member of this tenant already; change the role instead", login=login
        )


def _require_room() -> None:
    if Invitation.objects.count() >= PENDING_MAX:
        raise Conflict(
            f"{PENDING_MAX} invitations are open; withdraw some, or wait until they run out"
        )


def _insert(invitation: Invitation) -> None:
    try:
        with transaction.atomic():
            invitation.save(force_insert=True)
    except IntegrityError as error:
        raise Conflict(
            f"{invitation.login} was invited at this very moment; look at the list",
            login=invitation.login,
        ) from error
