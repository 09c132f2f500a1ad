from uuid import UUID

from django.db import IntegrityError, transaction

from tenants import audit, changes, scope
from tenants.acl_presets import USUAL, Preset, bindings_of
from tenants.errors import Conflict
from tenants.kept_tenants import begin_change
from tenants.models import ServiceAccount
from tenants.names import check_service_account_name
from tenants.services.acl_rows import insert_acls
from tenants.services.limit_checks import check_room


def create_service_account(
    *, tenant_id: UUID, name: str, by: str, preset: Preset = USUAL
) -> ServiceAccount:
    """A program's identity: the principal ``User:NAME`` inside this tenant, with the ACLs of
    ``preset``.

    Raises ``Invalid`` for a name that will not do or is reserved, and for a preset that will not
    do; ``Conflict`` for a name in use, and when the tenant has as many accounts or ACLs as it may
    have.
    """
    check_service_account_name(name)
    entries = bindings_of(preset, f"User:{name}")
    account = ServiceAccount(tenant_id=tenant_id, name=name)
    with scope.tenant(tenant_id):
        begin_change(tenant_id)
        check_room(tenant_id, "service_accounts", ServiceAccount.objects.filter(managed=False))
        try:
            with transaction.atomic():
                account.save(force_insert=True)
        except IntegrityError as error:
            raise Conflict(f"there is a service account {name!r} already", name=name) from error
        _rows, told = insert_acls(tenant_id, entries)
        audit.record(
            tenant_id=tenant_id,
            by=by,
            action="service_account.create",
            object=name,
            detail={"preset": preset.name, "acls": [str(entry) for entry in entries]},
        )
        if told:
            changes.publish(told)
    return account
