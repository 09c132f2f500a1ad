from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from django.conf import settings

from tenants import audit, changes, scope
from tenants.errors import Conflict, Invalid, NotFound
from tenants.kept_tenants import begin_change
from tenants.models import ApiKey, ServiceAccount
from tenants.published import credential_change
from tenants.restrictions import checked_restriction
from tenants.selectors.quotas import counted_keys
from tenants.services.limit_checks import check_room
from tenants.verifiers import make_verifiers, new_key_id, new_secret

DESCRIPTION_CHARACTERS_MAX: Final = 200


@dataclass(frozen=True, slots=True)
class IssuedKey:
    """The only sight of ``secret``; ``principal`` is Kafka's text, ``User:…``."""

    key_id: str
    secret: str = field(repr=False)
    principal: str


def issue_api_key(
    *,
    tenant_id: UUID,
    by: str,
    service_account: str | None = None,
    expires_at: datetime | None = None,
    restriction: Any = None,
    description: str = "",
) -> IssuedKey:
    """A key for a service account, or without one for the tenant's administrator.

    ``restriction`` is what the key may be used for at most, whatever the principal may do: see
    ``tenants/restrictions.py``. Raises ``NotFound`` for an unknown service account or tenant,
    ``Invalid`` for an expiry that has passed, a restriction or a description that will not do,
    ``Conflict`` when the tenant has as many keys as it may have, and for a connector's account.
    """
    limits = checked_restriction(restriction)
    if len(description) > DESCRIPTION_CHARACTERS_MAX or not description.isprintable():
        raise Invalid(
            f"a key's description is printable text of at most {DESCRIPTION_CHARACTERS_MAX} "
            "characters"
        )
    if expires_at is not None and expires_at <= datetime.now(UTC):
        raise Invalid(f"the key would expire at {expires_at.isoformat()}, which has passed")
    secret = new_secret()
    verifiers = make_verifiers(secret, settings.HEADWATER.secrets.verifier_pepper.encode())
    with scope.tenant(tenant_id):
        begin_change(tenant_id)
        check_room(tenant_id, "api_keys", counted_keys())
        key = ApiKey.objects.create(
            key_id=new_key_id(),
            tenant_id=tenant_id,
            service_account=_account(service_account),
            verifiers=verifiers,
            created_by=by,
            expires_at=expires_at,
            restriction=limits,
            description=description,
        )
        audit.record(
            tenant_id=tenant_id,
            by=by,
            action="api_key.issue",
            object=key.key_id,
            detail={
                "principal": key.principal,
                "expires_at": None if expires_at is None else expires_at.isoformat(),
                "restriction": limits,
            },
        )
        changes.publish([credential_change(key)])
        return IssuedKey(key.key_id, secret, key.principal)


def _account(name: str | None) -> ServiceAccount | None:
    if name is None:
        return None
    account = ServiceAccount.objects.filter(name=name).first()
    if account is None:
        raise NotFound(f"there is no service account {name!r}; create it first", name=name)
    if account.managed:
        raise Conflict(
            f"service account {name!r} is a connector's; its keys are not issued by hand"
        )
    return account
