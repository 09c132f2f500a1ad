"""Rows of access control lists within a verb that has its scope and its audit entry already."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from tenants.acls import AclEntry, check_entry
from tenants.changes import NewChange
from tenants.models import Acl, Tenant
from tenants.published import acl_change, no_acl_change
from tenants.services.limit_checks import check_room


def insert_acls(tenant_id: UUID, entries: Sequence[AclEntry]) -> tuple[list[Acl], list[NewChange]]:
    """The rows of all entries, made where there are none yet, and the changes to publish.

    Raises ``Invalid``, ``Conflict`` when they would be too many.
    """
    for entry in entries:
        check_entry(entry)
    # Whoever adds to the same lists at the same time waits here, and then sees what is there.
    Tenant.objects.select_for_update(no_key=True).filter(id=tenant_id).first()
    known = {acl.entry: acl for acl in Acl.objects.filter(tenant_id=tenant_id)}
    made = {
        entry: Acl(tenant_id=tenant_id, **entry._asdict())
        for entry in entries
        if entry not in known
    }
    if made:
        check_room(tenant_id, "acls", Acl.objects.all(), adding=len(made))
    Acl.objects.bulk_create(made.values())
    rows = known | made
    return [rows[entry] for entry in entries], [acl_change(acl) for acl in made.values()]


def remove_acls(acls: Iterable[Acl]) -> list[NewChange]:
    """Delete the rows; the changes to publish."""
    told = []
    for acl in acls:
        told.append(no_acl_change(acl))
        acl.delete()
    return told
