"""Tenants, by whatever the caller knows of them."""

from uuid import UUID

from tenants import scope
from tenants.errors import NotFound
from tenants.models import Membership, Role, Tenant, User
from tenants.names import SYSTEM_TENANT_NAME


def list_tenants() -> list[Tenant]:
    """Every tenant but the service's own and purged ones, by name: for operators."""
    with scope.system("list tenants for the operator"):
        there = Tenant.objects.filter(purged_at__isnull=True)
        return list(there.exclude(name=SYSTEM_TENANT_NAME).order_by("name"))


def tenant_by_name(name: str) -> Tenant:
    """Raises ``NotFound``, for a tenant that was purged too."""
    with scope.system("find a tenant by name for the operator"):
        tenant = Tenant.objects.filter(name=name, purged_at__isnull=True).first()
    if tenant is None:
        raise NotFound(f"there is no tenant {name!r}", name=name)
    return tenant


def tenant_by_id(tenant_id: UUID) -> Tenant:
    """Raises ``NotFound``."""
    with scope.tenant(tenant_id):
        tenant = Tenant.objects.filter(id=tenant_id).first()
    if tenant is None:
        raise NotFound("there is no such tenant")
    return tenant


def owned_in_grace(user_id: UUID, name: str) -> Tenant | None:
    """The tenant of that name, if it is being deleted and the person is its owner."""
    with scope.system("an owner restores a tenant"):
        member = (
            Membership.objects.select_related("tenant")
            .filter(
                user=user_id,
                user__is_active=True,
                role=Role.OWNER,
                tenant__name=name,
                tenant__delete_after__isnull=False,
                tenant__purged_at__isnull=True,
            )
            .first()
        )
    return None if member is None else member.tenant


def memberships_of(user: User) -> list[Membership]:
    """A person's memberships in active tenants, tenants loaded, by tenant name."""
    with scope.system("sign-in: a person's tenants"):
        return list(
            Membership.objects.select_related("tenant")
            .filter(user=user, tenant__active=True)
            .order_by("tenant__name")
        )


def membership_in(user: User, cluster_id: str) -> Membership | None:
    """The person's membership in the active tenant of that cluster id; None alike for a foreign
    and an absent one."""
    with scope.system("a person enters a tenant"):
        return (
            Membership.objects.select_related("tenant")
            .filter(user=user, tenant__active=True, tenant__cluster_id=cluster_id)
            .first()
        )


def members_of(tenant_id: UUID) -> list[Membership]:
    """A tenant's members, users loaded, by login."""
    with scope.tenant(tenant_id):
        return list(Membership.objects.select_related("user").order_by("user__login"))
