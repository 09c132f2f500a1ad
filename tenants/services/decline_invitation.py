from tenants import audit, scope
from tenants.models import Invitation, User
from tenants.names import person_principal
from tenants.transactions import limit_waits


def decline_invitation(*, invitation: Invitation, user: User) -> None:
    """Show an invitation to its person no more. The tenant's list stays as it was, and its audit
    log: that somebody declined would say that there is somebody. Twice is harmless."""
    with scope.system("somebody declines an invitation into a tenant that they are not in"):
        limit_waits()
        Invitation.objects.filter(digest=invitation.digest).update(declined=True)
        audit.record(
            by=person_principal(user.login),
            action="invitation.decline",
            object=user.login,
            detail={"tenant": invitation.tenant.name},
        )
