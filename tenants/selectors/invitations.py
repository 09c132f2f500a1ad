"""Invitations that nobody has accepted and that have not run out."""

from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from tenants import scope
from tenants.errors import NotFound
from tenants.invitations import code_digest
from tenants.models import Invitation


def invitations_of(tenant_id: UUID) -> list[Invitation]:
    """A tenant's, by login; those that were declined too."""
    with scope.tenant(tenant_id):
        return list(Invitation.objects.filter(expires_at__gt=timezone.now()).order_by("login"))


def invitations_for(login: str) -> list[Invitation]:
    """Those that a person sees at sign-in, tenants loaded, by tenant name."""
    with scope.system("a person's invitations: into tenants that they are not in"):
        return list(_open().filter(login=login, declined=False).order_by("tenant__name"))


def invitation_for(login: str, tenant: str) -> Invitation:
    """The one of a person into the tenant of that name, declined or not. Raises ``NotFound``."""
    with scope.system("a person's invitation: into a tenant that they are not in"):
        found = _open().filter(login=login, tenant__name=tenant).first()
    if found is None:
        raise NotFound(f"there is no invitation of {login!r} into a tenant {tenant!r}")
    return found


def invitation_of_code(code: str) -> Invitation:
    """The one of that code, its tenant loaded.

    Raises ``NotFound`` alike for one that is unknown, used, withdrawn or has run out.
    """
    with scope.system("an invitation's code is shown: its tenant is not known before"):
        found = _open().filter(digest=code_digest(code)).first()
    if found is None:
        raise NotFound(
            "there is no such invitation: it was accepted, withdrawn or has run out; ask for a new "
            "one"
        )
    return found


def _open() -> QuerySet[Invitation]:
    rows: QuerySet[Invitation] = Invitation.objects.select_related("tenant")
    return rows.filter(expires_at__gt=timezone.now(), tenant__active=True)
