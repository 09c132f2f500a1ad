"""Rows that the verbs about invitations share."""

from collections.abc import Collection
from uuid import UUID

from django.utils import timezone

from tenants import audit, changes
from tenants.errors import NotFound
from tenants.models import Invitation, Membership, User
from tenants.names import person_principal
from tenants.published import member_change
from tenants.services.add_member import insert_member


def use_up(digest: str, user: User) -> Membership:
    """Let the person in by the invitation, which is gone then; in the system's scope.

    Of however many who try at once one gets it: the row stays locked. Raises ``NotFound`` for one
    that is gone, ``Conflict`` for a member.
    """
    invitation = (
        Invitation.objects.select_for_update(of=["self"])
        .filter(digest=digest, expires_at__gt=timezone.now(), tenant__active=True)
        .first()
    )
    if invitation is None:
        raise NotFound("the invitation is gone: it was accepted, withdrawn or has run out")
    membership = insert_member(invitation.tenant_id, user, invitation.role)
    invitation.delete()
    audit.record(
        tenant_id=invitation.tenant_id,
        by=person_principal(user.login),
        action="member.add",
        object=user.login,
        detail={
            "role": invitation.role,
            "invited_as": invitation.login,
            "invited_by": invitation.invited_by,
        },
    )
    changes.publish([member_change(membership)])
    return membership


def end_invitations_by(tenant_id: UUID, principal: str, roles: Collection[str]) -> int:
    """Withdraw those into ``roles`` that somebody made who may not any more; how many there were.

    Else whoever is removed could come back by an invitation of their own.
    """
    rows = Invitation.objects.filter(tenant_id=tenant_id, invited_by=principal, role__in=[*roles])
    ended, _ = rows.delete()
    return int(ended)
