from uuid import UUID

from django.db import IntegrityError, transaction

from tenants import audit, scope
from tenants.errors import Conflict
from tenants.models import ServiceAccount
from tenants.names import check_service_account_name
from tenants.services.limit_checks import check_room
from tenants.transactions import limit_waits


def create_service_account(*, tenant_id: UUID, name: str, by: str) -> ServiceAccount:
    """A program's identity: the principal ``User:NAME`` inside this tenant.

    Raises ``Invalid`` for a name that will not do or is reserved, ``Conflict`` for one in use,
    and when the tenant has as many accounts as it may have.
    """
    check_service_account_name(name)
    account = ServiceAccount(tenant_id=tenant_id, name=name)
    with scope.tenant(tenant_id):
        limit_waits()
        check_room(tenant_id, "service_accounts", ServiceAccount.objects.all())
        try:
            with transaction.atomic():
                account.save(force_insert=True)
        except IntegrityError as error:
            raise Conflict(f"there is a service account {name!r} already", name=name) from error
        audit.record(tenant_id=tenant_id, by=by, action="service_account.create", object=name)
    return account
