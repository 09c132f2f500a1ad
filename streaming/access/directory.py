"""What the database says about callers, and whether those who are connected may stay."""

from collections.abc import Collection
from uuid import UUID

from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.models import Session
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from streaming.access.caller import SessionCredential, TenantAccess
from streaming.records.identity import ADMINISTER, READ, WRITE
from tenants import scope
from tenants.models import ApiKey, Membership, Role, User
from tenants.names import person_principal
from tenants.selectors.tenants import memberships_of

_SCOPES = {
    Role.OWNER: frozenset({READ, WRITE, ADMINISTER}),
    Role.ADMIN: frozenset({READ, WRITE, ADMINISTER}),
    Role.DEVELOPER: frozenset({READ, WRITE}),
    Role.VIEWER: frozenset({READ}),
}


def tenants_of(user: User) -> tuple[TenantAccess, ...]:
    """What a person may do, by tenant; inactive tenants are left out."""
    return tuple(
        TenantAccess(
            tenant_id=str(membership.tenant_id),
            tenant=membership.tenant.name,
            cluster_id=membership.tenant.cluster_id,
            role=membership.role,
            principal=person_principal(user.login),
            scopes=_SCOPES[Role(membership.role)],
        )
        for membership in memberships_of(user)
    )


def valid_keys(key_ids: Collection[str]) -> set[str]:
    """Those of the keys that could log in now."""
    with scope.system("live sockets are checked"):
        keys = ApiKey.objects.filter(
            key_id__in=key_ids, revoked_at__isnull=True, tenant__active=True
        ).values_list("key_id", "expires_at")
        now = timezone.now()
        return {key_id for key_id, expires_at in keys if expires_at is None or expires_at > now}


def valid_sessions(session_keys: Collection[str]) -> set[str]:
    """Those of the sessions that have not ended, nor by a change of the person's password."""
    sessions = list(
        Session.objects.filter(session_key__in=session_keys, expire_date__gt=timezone.now())
    )
    contents = {session.session_key: session.get_decoded() for session in sessions}
    signed_in = {content[SESSION_KEY] for content in contents.values() if SESSION_KEY in content}
    hashes = {
        str(person.pk): person.get_session_auth_hash()
        for person in User.objects.filter(pk__in=signed_in)
    }
    return {
        session_key
        for session_key, content in contents.items()
        if _is_hash(content.get(HASH_SESSION_KEY), hashes.get(content.get(SESSION_KEY, "")))
    }


def _is_hash(kept: str | None, now: str | None) -> bool:
    return kept is not None and now is not None and constant_time_compare(kept, now)


def scopes_of(pairs: Collection[tuple[str, str]]) -> dict[tuple[str, str], frozenset[str]]:
    """What each of the (user id, tenant id) pairs may do now; who may nothing is left out."""
    users = {UUID(user_id) for user_id, _tenant_id in pairs}
    with scope.system("live sockets are checked"):
        rows = Membership.objects.filter(
            user__in=users, user__is_active=True, tenant__active=True
        ).values_list("user_id", "tenant_id", "role")
        found = {
            (str(user_id), str(tenant_id)): _SCOPES[Role(role)] for user_id, tenant_id, role in rows
        }
    return {pair: found[pair] for pair in pairs if pair in found}


def is_operator(credential: SessionCredential) -> bool:
    """Whether the session has not ended and the person still runs the service."""
    person = User.objects.filter(id=UUID(credential.user_id), is_active=True, is_staff=True)
    return bool(valid_sessions([credential.session_key])) and person.exists()
