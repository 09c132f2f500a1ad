from uuid import UUID

from tenants import audit, changes, scope
from tenants.errors import Invalid, NotFound
from tenants.kept_tenants import begin_change
from tenants.models import Tenant
from tenants.published import tenant_change

ALTERABLE = frozenset({"auto_create_topics", "default_partition_count"})


def alter_tenant(*, tenant_id: UUID, by: str, **settings: bool | int) -> Tenant:
    """Change a tenant's settings: those in ``ALTERABLE``, by name.

    Raises ``NotFound``, and ``Invalid`` for an unknown setting or a count below 1.
    """
    unknown = settings.keys() - ALTERABLE
    if unknown:
        raise Invalid(f"a tenant has no setting {sorted(unknown)[0]!r}")
    for name, value in settings.items():
        if not isinstance(value, bool) and value < 1:
            raise Invalid(f"{name} is {value}; it must be 1 or more")
    with scope.operator(by):
        begin_change(tenant_id)
        tenant = (
            Tenant.objects.select_for_update(no_key=True)
            .filter(id=tenant_id, purged_at=None)
            .first()
        )
        if tenant is None:
            raise NotFound("there is no such tenant")
        for name, value in settings.items():
            setattr(tenant, name, value)
        tenant.save(update_fields=list(settings))
        audit.record(
            tenant_id=tenant.id, by=by, action="tenant.alter", object=tenant.name, detail=settings
        )
        changes.publish([tenant_change(tenant)])
    return tenant
