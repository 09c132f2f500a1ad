from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from django.conf import settings

from tenants import audit, changes, scope
from tenants.errors import Conflict, Invalid, NotFound
from tenants.kept_tenants import begin_change
from tenants.models import ApiKey
from tenants.published import credential_change
from tenants.services.issue_api_key import IssuedKey
from tenants.verifiers import make_verifiers, new_key_id, new_secret

OVERLAP_SECONDS_MAX: Final = 30 * 86_400


def rotate_api_key(*, tenant_id: UUID, key_id: str, by: str, overlap_seconds: int) -> IssuedKey:
    """A new key in the place of this one, which ends when ``overlap_seconds`` are over.

    The new key is for the same principal with the same limits, and lives as long as the old one
    was given. Raises ``NotFound`` for a key that is not the tenant's, ``Invalid`` for an overlap of
    more than 30 days, ``Conflict`` for a key that has ended, and for one of two keys that are being
    exchanged: there are two of them at most; also for a connector's key.
    """
    if not 0 <= overlap_seconds <= OVERLAP_SECONDS_MAX:
        raise Invalid(f"two keys may overlap for 0 to {OVERLAP_SECONDS_MAX} seconds")
    secret = new_secret()
    verifiers = make_verifiers(secret, settings.HEADWATER.secrets.verifier_pepper.encode())
    with scope.tenant(tenant_id):
        begin_change(tenant_id)
        now = datetime.now(UTC)
        old = ApiKey.objects.select_for_update(of=("self",)).filter(key_id=key_id).first()
        if old is None:
            raise NotFound(f"there is no API key {key_id!r}", key_id=key_id)
        if old.service_account is not None and old.service_account.managed:
            raise Conflict(f"API key {key_id} is a connector's, which has a new one at each start")
        _check_may_be_exchanged(old, now)
        new = ApiKey.objects.create(
            key_id=new_key_id(),
            tenant_id=tenant_id,
            service_account=old.service_account,
            verifiers=verifiers,
            created_by=by,
            expires_at=None if old.expires_at is None else now + (old.expires_at - old.created_at),
            restriction=old.restriction,
            description=old.description,
            replaces=old.key_id,
        )
        end = now + timedelta(seconds=overlap_seconds)
        old.expires_at = end if old.expires_at is None else min(old.expires_at, end)
        old.save(update_fields=["expires_at"])
        audit.record(
            tenant_id=tenant_id,
            by=by,
            action="api_key.rotate",
            object=key_id,
            detail={"new_key": new.key_id, "ends_at": old.expires_at.isoformat()},
        )
        changes.publish([credential_change(new), credential_change(old)])
        return IssuedKey(new.key_id, secret, new.principal)


def _check_may_be_exchanged(key: ApiKey, now: datetime) -> None:
    if not _is_live(key, now):
        raise Conflict(f"API key {key.key_id} has ended; issue another", key_id=key.key_id)
    others = list(ApiKey.objects.filter(replaces=key.key_id))
    if key.replaces is not None:
        others += ApiKey.objects.filter(key_id=key.replaces)
    for other in others:
        if _is_live(other, now):
            raise Conflict(
                f"API key {key.key_id} is being exchanged with {other.key_id}, and both still log "
                "in; revoke one of them first, or wait until the old one has ended",
                key_id=other.key_id,
            )


def _is_live(key: ApiKey, now: datetime) -> bool:
    return key.revoked_at is None and (key.expires_at is None or key.expires_at > now)
