import secrets
from typing import Final

from django.db import IntegrityError, transaction

from tenants import audit, changes, scope
from tenants.errors import Conflict, Unavailable
from tenants.models import Tenant, User
from tenants.names import check_tenant_name
from tenants.published import tenant_change
from tenants.transactions import limit_waits

CLUSTER_ID_PREFIX: Final = "lkc-"
CLUSTER_ID_CHARACTERS: Final = 6
BASE32: Final = "abcdefghijklmnopqrstuvwxyz234567"
ATTEMPTS: Final = 5
"""Of a billion ids, five taken ones in a row mean that something else is wrong."""


def create_tenant(*, name: str, by: str) -> Tenant:
    """A tenant with no members, keys or topics.

    Raises ``Invalid`` for a name that will not do, ``Conflict`` for one in use, and for one under
    which people have logins (``names.login_at``): it would be told which of them are in use.
    """
    check_tenant_name(name)
    _require_no_logins_at(name)
    with scope.system("create a tenant"):
        limit_waits()
        tenant = insert_tenant(Tenant(name=name))
        audit.record(
            tenant_id=tenant.id,
            by=by,
            action="tenant.create",
            object=name,
            detail={"cluster_id": tenant.cluster_id},
        )
        changes.publish([tenant_change(tenant)])
    return tenant


def _require_no_logins_at(name: str) -> None:
    if User.objects.filter(login__endswith=f"@{name}").exists():
        raise Conflict(
            f"there are logins that end in @{name}, as a tenant of before gave them; choose "
            "another name",
            name=name,
        )


def insert_tenant(tenant: Tenant) -> Tenant:
    """Save a new row under a cluster id that nobody has."""
    for _ in range(ATTEMPTS):
        tenant.cluster_id = new_cluster_id()
        try:
            with transaction.atomic():
                tenant.save(force_insert=True)
        except IntegrityError as error:
            if Tenant.objects.filter(name=tenant.name).exists():
                raise Conflict(
                    f"there is a tenant {tenant.name!r} already; choose another name",
                    name=tenant.name,
                ) from error
        else:
            return tenant
    raise Unavailable(f"no free cluster id was found for tenant {tenant.name!r}; try again")


def new_cluster_id() -> str:
    return CLUSTER_ID_PREFIX + "".join(secrets.choice(BASE32) for _ in range(CLUSTER_ID_CHARACTERS))
