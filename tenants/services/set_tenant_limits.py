from collections.abc import Mapping
from uuid import UUID

from tenants import audit, changes, scope
from tenants.errors import Invalid, NotFound
from tenants.kept_tenants import begin_change
from tenants.limits import check_limit
from tenants.models import Tenant, TenantLimit
from tenants.published import tenant_change
from tenants.selectors.quotas import plans


def set_tenant_limits(
    *,
    tenant_id: UUID,
    by: str,
    limits: Mapping[str, int | None] | None = None,
    plan: str | None = None,
) -> Tenant:
    """Give a tenant limits of its own (None: the plan's again), and, if named, another plan.

    For operators. Brokers and web processes follow within a second. Raises ``NotFound``, and
    ``Invalid`` for an unknown limit or plan or a value that cannot be.
    """
    limits = limits or {}
    for name, value in limits.items():
        check_limit(name, 1 if value is None else value)
    if plan is not None and plan not in plans():
        raise Invalid(f"there is no plan {plan!r}; choose one of {', '.join(plans())}", plan=plan)
    with scope.operator(by):
        begin_change(tenant_id)
        tenant = Tenant.objects.select_for_update(no_key=True).filter(id=tenant_id).first()
        if tenant is None:
            raise NotFound("there is no such tenant")
        if plan is not None:
            tenant.plan = plan
            tenant.save(update_fields=["plan"])
        _write(tenant, limits)
        audit.record(
            tenant_id=tenant.id,
            by=by,
            action="tenant.limit",
            object=tenant.name,
            detail={**({} if plan is None else {"plan": plan}), "limits": dict(limits)},
        )
        changes.publish([tenant_change(tenant)])
    return tenant


def _write(tenant: Tenant, limits: Mapping[str, int | None]) -> None:
    for name, value in limits.items():
        if value is None:
            TenantLimit.objects.filter(tenant_id=tenant.id, name=name).delete()
        else:
            TenantLimit.objects.update_or_create(
                tenant_id=tenant.id, name=name, defaults={"value": value}
            )
