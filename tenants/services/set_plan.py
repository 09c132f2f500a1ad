from collections.abc import Mapping

from tenants import audit, changes, scope
from tenants.errors import Invalid
from tenants.limits import check_limit
from tenants.models import Plan, Tenant
from tenants.names import TENANT_NAME
from tenants.published import tenant_changes
from tenants.transactions import limit_waits


def set_plan(*, name: str, by: str, limits: Mapping[str, int]) -> dict[str, int]:
    """Change a plan's limits, those that are named, for every tenant that has it; or make a plan.

    For operators. Returns what the plan's row now says. Raises ``Invalid`` for a name that will not
    do, an unknown limit or a value that cannot be.
    """
    if not TENANT_NAME.fullmatch(name):
        raise Invalid(f"{name!r} cannot name a plan; use 1 to 63 of a-z, 0-9 and '-'", name=name)
    for limit, value in limits.items():
        check_limit(limit, value)
    with scope.operator(by):
        limit_waits()
        plan, _ = Plan.objects.select_for_update().get_or_create(name=name)
        plan.limits = {**plan.limits, **limits}
        plan.save(update_fields=["limits"])
        tenants = list(Tenant.objects.select_for_update(no_key=True).filter(plan=name))
        audit.record(by=by, action="plan.alter", object=name, detail=dict(limits))
        if tenants:
            changes.publish(tenant_changes(tenants))
    return dict(plan.limits)
