from uuid import UUID

from django.db import IntegrityError, transaction

from tenants import audit, changes, scope
from tenants.errors import Conflict, NotFound
from tenants.kept_tenants import begin_change
from tenants.models import Invitation, Membership, User
from tenants.ownership import Authority, check_owners_are_changed_by_owners, check_role
from tenants.published import member_change


def add_member(
    *,
    tenant_id: UUID,
    login: str,
    role: str,
    by: str,
    authority: Authority = Authority.OWNER,
) -> Membership:
    """Let a person into a tenant who is known to be there, as an operator knows; others invite. An
    invitation of that login ends.

    Raises ``NotFound`` for an unknown login, ``Invalid`` for an unknown role, ``Conflict`` for a
    member, ``Forbidden`` when an administrator would make an owner.
    """
    check_role(role)
    check_owners_are_changed_by_owners(authority, role)
    user = User.objects.filter(login=login.lower()).first()
    if user is None:
        raise NotFound(f"there is no login {login!r}; create the user first", login=login)
    with scope.tenant(tenant_id):
        begin_change(tenant_id)
        membership = insert_member(tenant_id, user, role)
        Invitation.objects.filter(login=user.login).delete()
        audit.record(
            tenant_id=tenant_id,
            by=by,
            action="member.add",
            object=user.login,
            detail={"role": role},
        )
        changes.publish([member_change(membership)])
    return membership


def insert_member(tenant_id: UUID, user: User, role: str) -> Membership:
    """Save a new row. Raises ``Conflict`` when the person is a member."""
    membership = Membership(user=user, tenant_id=tenant_id, role=role)
    try:
        with transaction.atomic():
            membership.save(force_insert=True)
    except IntegrityError as error:
        raise Conflict(
            f"{user.login} is a member of this tenant already; change the role instead",
            login=user.login,
        ) from error
    return membership
