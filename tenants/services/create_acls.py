from collections.abc import Sequence
from uuid import UUID

from tenants import audit, changes, scope
from tenants.acls import AclEntry
from tenants.kept_tenants import begin_change
from tenants.models import Acl
from tenants.services.acl_rows import insert_acls


def create_acls(*, tenant_id: UUID, entries: Sequence[AclEntry], by: str) -> list[Acl]:
    """Make the bindings, all or none; what is there already stays. Rows in the order asked.

    Raises ``Invalid`` for what no list may say, ``Conflict`` when the tenant would have too many.
    """
    with scope.tenant(tenant_id):
        begin_change(tenant_id)
        rows, told = insert_acls(tenant_id, entries)
        if told:
            made = {change.key for change in told}
            audit.record(
                tenant_id=tenant_id,
                by=by,
                action="acl.create",
                object=_principals(entries),
                detail={"acls": [str(row.entry) for row in rows if str(row.id) in made]},
            )
            changes.publish(told)
    return rows


def _principals(entries: Sequence[AclEntry]) -> str:
    return ", ".join(sorted({entry.principal for entry in entries}))[:200]
