import secrets
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from tenants import audit, changes, scope
from tenants.models import Membership, User
from tenants.ownership import Authority, check_owners_are_changed_by_owners, check_role
from tenants.published import member_change
from tenants.services.add_member import insert_member
from tenants.services.create_user import insert_user, new_user
from tenants.transactions import limit_waits

PASSWORD_BYTES: Final = 18
"""144 bits, 24 characters."""


@dataclass(frozen=True, slots=True)
class Invited:
    """``password`` is its only sight; None for a person who signed in here before."""

    membership: Membership
    password: str | None = field(repr=False)


def invite_member(
    *,
    tenant_id: UUID,
    login: str,
    role: str,
    by: str,
    authority: Authority,
    name: str = "",
) -> Invited:
    """Let a person into a tenant who need not exist yet; a new one gets a password made here.

    ``name`` is for a new person only. Raises ``Invalid`` for a role or login that will not do,
    ``Conflict`` for a member, ``Forbidden`` when an administrator would make an owner.
    """
    check_role(role)
    check_owners_are_changed_by_owners(authority, role)
    user = User.objects.filter(login=login.lower()).first()
    password = None
    if user is None:
        password = secrets.token_urlsafe(PASSWORD_BYTES)
        user = new_user(login=login, password=password, name=name)
    with scope.system("a person is invited who may be new"):
        limit_waits()
        if password is not None:
            insert_user(user, by=by)
        membership = insert_member(tenant_id, user, role)
        audit.record(
            tenant_id=tenant_id,
            by=by,
            action="member.add",
            object=user.login,
            detail={"role": role, "new_person": password is not None},
        )
        changes.publish([member_change(membership)])
    return Invited(membership, password)
