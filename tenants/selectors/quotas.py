"""What tenants may use, and of what this floor counts, what they do use.

``brokers/selectors/quotas.py`` adds what brokers count.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet

from tenants import scope
from tenants.errors import NotFound
from tenants.limits import PLANS, limits_of_plan
from tenants.models import Acl, ApiKey, ClientQuota, Plan, ServiceAccount, Tenant, TenantLimit
from tenants.names import SYSTEM_TENANT_NAME


@dataclass(frozen=True, slots=True)
class Limit:
    """``default`` is the plan's; ``applied`` the tenant's own, or the default; ``used`` None where
    nobody has counted."""

    default: int
    applied: int
    used: float | None = None


def plans() -> dict[str, dict[str, int]]:
    """All limits of each plan, by the plan's name."""
    changed = {plan.name: plan.limits for plan in Plan.objects.all()}
    return {
        name: limits_of_plan(name, changed.get(name, {})) for name in sorted({*PLANS, *changed})
    }


def limits_of(tenant_id: UUID) -> dict[str, Limit]:
    """A tenant's limits by name, in the order of ``tenants/limits.py``. Raises ``NotFound``."""
    with scope.tenant(tenant_id):
        tenant = Tenant.objects.filter(id=tenant_id).first()
        if tenant is None:
            raise NotFound("there is no such tenant")
        defaults = _plan_limits(tenant.plan)
        applied = {**defaults, **_own_limits(tenant_id)}
        used = {
            "api_keys": counted_keys().count(),
            "service_accounts": ServiceAccount.objects.filter(managed=False).count(),
            "acls": Acl.objects.count(),
            # Each connector has an account of its own, and each task that runs a key.
            "connectors": ServiceAccount.objects.filter(managed=True).count(),
            "connector_tasks": ApiKey.objects.filter(service_account__managed=True).count(),
        }
    return {
        name: Limit(default, applied[name], used.get(name)) for name, default in defaults.items()
    }


def counted_keys() -> QuerySet:
    """Keys that count among those a tenant may have: live ones, but for connectors'."""
    return ApiKey.objects.filter(revoked_at__isnull=True).exclude(service_account__managed=True)


def applied_limits(tenant: Tenant) -> dict[str, int]:
    """What holds for the tenant, by name; nothing for the service's own. Needs a scope."""
    if tenant.name == SYSTEM_TENANT_NAME:
        return {}
    return {**_plan_limits(tenant.plan), **_own_limits(tenant.id)}


def applied_limits_of(tenants: Iterable[Tenant]) -> dict[UUID, dict[str, int]]:
    """As ``applied_limits``, for many at once. Needs a scope that sees them all."""
    own: defaultdict[UUID, dict[str, int]] = defaultdict(dict)
    for row in TenantLimit.objects.all():
        own[row.tenant_id][row.name] = row.value
    of_plan = plans()
    return {
        tenant.id: {}
        if tenant.name == SYSTEM_TENANT_NAME
        else {**(of_plan.get(tenant.plan) or limits_of_plan(tenant.plan, {})), **own[tenant.id]}
        for tenant in tenants
    }


def _plan_limits(name: str) -> dict[str, int]:
    plan = Plan.objects.filter(name=name).first()
    return limits_of_plan(name, {} if plan is None else plan.limits)


def _own_limits(tenant_id: UUID) -> dict[str, int]:
    rows = TenantLimit.objects.filter(tenant_id=tenant_id)
    return dict(rows.values_list("name", "value"))


def client_quotas_of(tenant_id: UUID) -> list[ClientQuota]:
    """A tenant's quotas of principals, clients and addresses, in the order of their entities."""
    with scope.tenant(tenant_id):
        rows = list(ClientQuota.objects.all())
    return sorted(rows, key=lambda row: sorted((k, v or "") for k, v in row.entity.items()))
