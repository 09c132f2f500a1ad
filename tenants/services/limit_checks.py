"""Whether a tenant may have one more of something that this floor counts."""

from uuid import UUID

from django.db.models import QuerySet

from tenants.errors import Conflict, NotFound
from tenants.models import Tenant
from tenants.selectors.quotas import applied_limits


def check_room(tenant_id: UUID, name: str, rows: QuerySet, *, adding: int = 1) -> None:
    """For a verb that is about to add to ``rows``, which the limit ``name`` is about. The tenant's
    row stays locked, so that two verbs do not both take what is left.

    Raises ``Conflict`` when ``adding`` more would be too many, ``NotFound`` for no such tenant.
    """
    tenant = Tenant.objects.select_for_update(no_key=True).filter(id=tenant_id).first()
    if tenant is None:
        raise NotFound("there is no such tenant")
    limit = applied_limits(tenant).get(name)
    if limit is None:
        return
    used = rows.count()
    if used + adding > limit:
        raise Conflict(
            f"tenant {tenant.name} may have {limit} {name.replace('_', ' ')} and has {used}; "
            "remove some, or have the limit raised",
            limit=name,
        )
