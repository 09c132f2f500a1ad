from collections.abc import Callable, Sequence
from uuid import UUID

from tenants import audit, changes, scope
from tenants.acls import AclEntry
from tenants.kept_tenants import begin_change
from tenants.models import Acl
from tenants.services.acl_rows import remove_acls

Wanted = Callable[[AclEntry], bool]


def delete_acls(*, tenant_id: UUID, filters: Sequence[Wanted], by: str) -> list[list[Acl]]:
    """End every binding that one of the filters wants; per filter those that it wanted."""
    with scope.tenant(tenant_id):
        begin_change(tenant_id)
        rows = list(Acl.objects.select_for_update().order_by("created_at", "id"))
        found = [[row for row in rows if wanted(row.entry)] for wanted in filters]
        ended = {row.pk: row for matched in found for row in matched}
        _end(tenant_id, list(ended.values()), by)
    return found


def delete_acl(*, tenant_id: UUID, acl_id: UUID, by: str) -> None:
    """End one binding; none of that id is none to end. Raises nothing for it."""
    with scope.tenant(tenant_id):
        begin_change(tenant_id)
        _end(tenant_id, list(Acl.objects.select_for_update().filter(id=acl_id)), by)


def _end(tenant_id: UUID, rows: list[Acl], by: str) -> None:
    if not rows:
        return
    entries = [row.entry for row in rows]
    told = remove_acls(rows)
    audit.record(
        tenant_id=tenant_id,
        by=by,
        action="acl.delete",
        object=", ".join(sorted({entry.principal for entry in entries}))[:200],
        detail={"acls": [str(entry) for entry in entries]},
    )
    changes.publish(told)
