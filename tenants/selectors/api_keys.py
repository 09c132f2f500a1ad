"""API keys: who a key is, and which ones a tenant has."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.conf import settings

from tenants import scope
from tenants.errors import NotFound
from tenants.models import ApiKey
from tenants.verifiers import plain_matches

_NOBODY = {"plain_verifier": bytes(32).hex()}
"""A verifier that no secret matches, so that an unknown key costs what a known one does."""


@dataclass(frozen=True, slots=True)
class Authenticated:
    """Who presented a key. ``principal`` is Kafka's text; an administrator may do all."""

    key_id: str
    tenant_id: UUID
    tenant_name: str
    cluster_id: str
    principal: str
    administrator: bool
    expires_at: datetime | None
    restriction: dict[str, Any] | None = None
    """As ``tenants/restrictions.py`` has it; None for no limit."""
    last_used_at: datetime | None = None
    """As it was known before."""


def authenticate_api_key(key_id: str, secret: str) -> Authenticated | None:
    """Who this is; None alike for an unknown, revoked or expired key and for a wrong secret."""
    pepper: bytes = settings.HEADWATER.secrets.verifier_pepper.encode()
    key = _live_key(key_id)
    matches = plain_matches(secret, _NOBODY if key is None else key.verifiers, pepper)
    return _authenticated(key) if key is not None and matches else None


def live_api_key(key_id: str) -> Authenticated | None:
    """Who the key is, for one who has shown its secret before; None once it is revoked or past."""
    key = _live_key(key_id)
    return None if key is None else _authenticated(key)


def api_key_is_live(key_id: str) -> bool:
    """Whether a connection that logged in with this key may stay."""
    return _live_key(key_id) is not None


def api_keys_of(tenant_id: UUID) -> list[ApiKey]:
    """A tenant's keys, revoked ones included, service accounts loaded, oldest first."""
    with scope.tenant(tenant_id):
        return list(ApiKey.objects.select_related("service_account").order_by("created_at"))


def api_key_of(tenant_id: UUID, key_id: str) -> ApiKey:
    """One key of a tenant, its service account loaded. Raises ``NotFound``."""
    with scope.tenant(tenant_id):
        key = ApiKey.objects.select_related("service_account").filter(key_id=key_id).first()
    if key is None:
        raise NotFound(f"there is no API key {key_id!r}", key_id=key_id)
    return key


def owners_of_keys(key_ids: Collection[str]) -> dict[str, UUID]:
    """The tenants of those keys that exist, revoked ones too."""
    if not key_ids:
        return {}
    with scope.system("a login failed: it is its tenant's to know"):
        keys = ApiKey.objects.filter(key_id__in=[key for key in key_ids if "\0" not in key])
        return dict(keys.values_list("key_id", "tenant_id"))


def _live_key(key_id: str) -> ApiKey | None:
    with scope.system("a key logs in: its tenant is not known before"):
        key = (
            ApiKey.objects.select_related("tenant", "service_account")
            .filter(key_id=key_id, revoked_at__isnull=True, tenant__active=True)
            .first()
        )
    if key is None or (key.expires_at is not None and key.expires_at <= datetime.now(UTC)):
        return None
    return key


def _authenticated(key: ApiKey) -> Authenticated:
    return Authenticated(
        key_id=key.key_id,
        tenant_id=key.tenant_id,
        tenant_name=key.tenant.name,
        cluster_id=key.tenant.cluster_id,
        principal=key.principal,
        administrator=key.administrator,
        expires_at=key.expires_at,
        restriction=key.restriction,
        last_used_at=key.last_used_at,
    )
