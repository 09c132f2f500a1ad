from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from tenants import audit, changes, scope
from tenants.changes import NewChange
from tenants.client_quotas import ROWS_PER_TENANT_MAX, Entity, check_entity, check_values
from tenants.errors import Invalid, NotFound
from tenants.kept_tenants import begin_change
from tenants.models import ClientQuota, Tenant
from tenants.published import client_quota_change, no_client_quota_change


@dataclass(frozen=True, slots=True)
class Alteration:
    """``values`` by Kafka's names of quotas; None removes one."""

    entity: Entity
    values: Mapping[str, float | None]


def alter_client_quotas(
    *, tenant_id: UUID, by: str, alterations: Sequence[Alteration], validate_only: bool = False
) -> None:
    """Change quotas of a tenant's principals, clients or addresses: all of ``alterations``, or none
    of them. What the tenant as a whole may use stays as it is, whatever they say.

    Raises ``Invalid`` (an entity or value that cannot be; more than ``ROWS_PER_TENANT_MAX``
    entities), ``NotFound``.
    """
    for alteration in alterations:
        check_entity(alteration.entity)
        check_values(alteration.entity, alteration.values)
    with scope.tenant(tenant_id):
        begin_change(tenant_id)
        # The tenant's row is the lock: alterations take turns.
        if not Tenant.objects.select_for_update(no_key=True).filter(id=tenant_id).exists():
            raise NotFound("there is no such tenant")
        if validate_only or not alterations:
            return
        told = [
            change
            for alteration in alterations
            if (change := _altered(tenant_id, alteration)) is not None
        ]
        if ClientQuota.objects.count() > ROWS_PER_TENANT_MAX:
            raise Invalid(f"a tenant has at most {ROWS_PER_TENANT_MAX} client quotas; remove some")
        for alteration in alterations:
            audit.record(
                tenant_id=tenant_id,
                by=by,
                action="client_quota.alter",
                object=_text(alteration.entity),
                detail=dict(alteration.values),
            )
        if told:
            changes.publish(told)


def _altered(tenant_id: UUID, alteration: Alteration) -> NewChange | None:
    """Write one; None when there was nothing and is nothing."""
    entity = dict(alteration.entity)
    row = ClientQuota.objects.filter(entity=entity).first()
    merged = {**({} if row is None else row.values), **alteration.values}
    values = {key: value for key, value in merged.items() if value is not None}
    if row is None and not values:
        return None
    if row is None:
        row = ClientQuota.objects.create(tenant_id=tenant_id, entity=entity, values=values)
    elif values:
        row.values = values
        row.save(update_fields=["values"])
    else:
        gone = no_client_quota_change(row)
        row.delete()
        return gone
    return client_quota_change(row)


def _text(entity: Entity) -> str:
    named = (f"{kind}={name or '<default>'}" for kind, name in sorted(entity.items()))
    return ", ".join(named)[:300]
