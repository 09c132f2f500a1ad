from datetime import UTC, datetime
from uuid import UUID

from tenants import audit, changes, scope
from tenants.errors import Conflict, NotFound
from tenants.kept_tenants import begin_revocation
from tenants.models import Acl, ApiKey, ScramUser, ServiceAccount
from tenants.published import credential_change, no_scram_user_change
from tenants.services.acl_rows import remove_acls


def delete_service_account(*, tenant_id: UUID, name: str, by: str) -> None:
    """Remove a service account with its ACLs, its keys and its password; brokers cut their
    connections as with revoked ones.

    What was done in its name stays in the audit log. Raises ``NotFound``, and ``Conflict``
    for a connector's account.
    """
    with scope.tenant(tenant_id):
        begin_revocation(tenant_id)
        account = ServiceAccount.objects.select_for_update().filter(name=name).first()
        if account is None:
            raise NotFound(f"there is no service account {name!r}", name=name)
        if account.managed:
            raise Conflict(f"service account {name!r} is a connector's; delete the connector")
        keys = list(ApiKey.objects.select_for_update().filter(service_account=account))
        live = [key for key in keys if key.revoked_at is None]
        for key in live:
            key.revoked_at = datetime.now(UTC)
        told = [credential_change(key) for key in live]
        told += map(no_scram_user_change, ScramUser.objects.filter(service_account=account))
        acls = list(Acl.objects.select_for_update().filter(principal=f"User:{name}"))
        told += remove_acls(acls)
        account.delete()
        audit.record(
            tenant_id=tenant_id,
            by=by,
            action="service_account.delete",
            object=name,
            detail={
                "revoked_keys": [key.key_id for key in live],
                "deleted_acls": [str(acl.entry) for acl in acls],
            },
        )
        if told:
            changes.publish(told)
