"""Accounts that belong to connectors, within a verb that has its scope and its audit entry.

Such an account may do what its connector needs and nothing else, counts neither among the tenant's
accounts nor its keys, and has one key for each task that runs. A key lasts as long as the process
that was given it; ``exchange_key`` ends the former one first.
"""

from collections.abc import Sequence
from uuid import UUID

from django.conf import settings

from tenants.acls import AclEntry
from tenants.changes import NewChange
from tenants.models import Acl, ApiKey, ServiceAccount
from tenants.names import check_service_account_name
from tenants.published import credential_change
from tenants.services.acl_rows import insert_acls, remove_acls
from tenants.services.issue_api_key import IssuedKey
from tenants.services.limit_checks import check_room
from tenants.verifiers import make_verifiers, new_key_id, new_secret


def insert_account(tenant_id: UUID, name: str, otherwise: str) -> ServiceAccount:
    """One more account, called ``otherwise`` where ``name`` is taken; it may do nothing yet.

    Raises ``Conflict`` when the tenant has as many connectors as it may have, ``Invalid`` for a
    name that will not do.
    """
    check_room(tenant_id, "connectors", ServiceAccount.objects.filter(managed=True))
    taken = ServiceAccount.objects.filter(name=name).exists()
    chosen = otherwise if taken else name
    check_service_account_name(chosen)
    return ServiceAccount.objects.create(tenant_id=tenant_id, name=chosen, managed=True)


def replace_acls(account: ServiceAccount, entries: Sequence[AclEntry]) -> list[NewChange]:
    """What the account may do, from now on exactly ``entries``; the changes to publish.

    Raises ``Invalid``, ``Conflict`` when the tenant would have too many.
    """
    principal = f"User:{account.name}"
    wanted = set(entries)
    before = Acl.objects.select_for_update().filter(tenant_id=account.tenant_id)
    told = remove_acls(acl for acl in before.filter(principal=principal) if acl.entry not in wanted)
    _rows, made = insert_acls(account.tenant_id, entries)
    return [*told, *made]


def exchange_key(
    account: ServiceAccount, former: str, *, by: str, description: str
) -> tuple[IssuedKey, list[NewChange]]:
    """A new key in the place of ``former`` (its id; empty for none), which ends with this.

    In the order of the changes the former key is gone before the new one is there.
    """
    secret = new_secret()
    told = end_keys(account, [former])
    key = ApiKey.objects.create(
        key_id=new_key_id(),
        tenant_id=account.tenant_id,
        service_account=account,
        verifiers=make_verifiers(secret, settings.HEADWATER.secrets.verifier_pepper.encode()),
        created_by=by,
        description=description[:200],
    )
    told.append(credential_change(key))
    return IssuedKey(key.key_id, secret, key.principal), told


def end_keys(account: ServiceAccount, key_ids: Sequence[str]) -> list[NewChange]:
    """End those keys of the account, and forget them: processes come and go too often to keep them.
    What there is none of any more is left out."""
    keys = ApiKey.objects.filter(service_account=account, key_id__in=[*filter(None, key_ids)])
    told = [NewChange("credential", key.key_id, None) for key in keys]
    keys.delete()
    return told


def remove_account(account: ServiceAccount) -> list[NewChange]:
    """Its keys, its rights and itself; the changes to publish."""
    keys = list(ApiKey.objects.filter(service_account=account).values_list("key_id", flat=True))
    told = end_keys(account, keys)
    told += replace_acls(account, [])
    account.delete()
    return told
