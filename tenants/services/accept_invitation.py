from tenants import scope
from tenants.models import Membership, User
from tenants.services.invitation_rows import use_up
from tenants.transactions import limit_waits


def accept_invitation(*, digest: str, user: User) -> Membership:
    """Let somebody into the tenant of an invitation that they have, by their login or by its code.

    Raises ``NotFound`` for one that is gone, ``Conflict`` for a member.
    """
    with scope.system("somebody accepts an invitation, who is in the tenant only then"):
        limit_waits()
        return use_up(digest, user)
