"""Service accounts of a tenant."""

from uuid import UUID

from django.db.models import Count, Q
from django.utils import timezone

from tenants import scope
from tenants.models import ServiceAccount


def service_accounts_of(tenant_id: UUID) -> list[ServiceAccount]:
    """By name; each with ``active_keys``, how many keys log in as it."""
    now = timezone.now()
    unexpired = Q(api_keys__expires_at__isnull=True) | Q(api_keys__expires_at__gt=now)
    active = Q(api_keys__revoked_at__isnull=True) & unexpired
    with scope.tenant(tenant_id):
        accounts = ServiceAccount.objects.annotate(active_keys=Count("api_keys", filter=active))
        return list(accounts.order_by("name"))
