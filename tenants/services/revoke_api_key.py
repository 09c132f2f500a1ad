from datetime import UTC, datetime
from uuid import UUID

from tenants import audit, changes, scope
from tenants.errors import NotFound
from tenants.kept_tenants import begin_revocation
from tenants.models import ApiKey
from tenants.published import credential_change


def revoke_api_key(*, tenant_id: UUID, key_id: str, by: str) -> None:
    """End a key for good; brokers cut its live connections when the change reaches them.

    Revoking twice is harmless. Raises ``NotFound`` for a key that this tenant does not have.
    """
    with scope.tenant(tenant_id):
        begin_revocation(tenant_id)
        key = ApiKey.objects.select_for_update().filter(key_id=key_id).first()
        if key is None:
            raise NotFound(f"there is no API key {key_id!r}", key_id=key_id)
        if key.revoked_at is not None:
            return
        key.revoked_at = datetime.now(UTC)
        key.save(update_fields=["revoked_at"])
        audit.record(tenant_id=tenant_id, by=by, action="api_key.revoke", object=key_id)
        changes.publish([credential_change(key)])
