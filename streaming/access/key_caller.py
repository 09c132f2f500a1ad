"""Callers who present an API key."""

from django.db import InterfaceError, OperationalError

from streaming.access.caller import Caller, KeyCredential, TenantAccess
from streaming.access.errors import AccessUnavailable, NotAuthenticated
from streaming.access.key_cache import KeyCache
from streaming.access.refusals import recognised
from streaming.records.identity import ADMINISTER, READ, WRITE
from tenants.selectors.api_keys import Authenticated, authenticate_api_key

_cache = KeyCache()


def fresh_caller_of_key(key_id: str, secret: str) -> Caller | None:
    """The caller if it was confirmed a moment ago; asks nobody."""
    known = _cache.fresh(key_id, secret)
    if known is not None:
        recognised(known)
    return known


def confirmed_lately(key_id: str, secret: str) -> bool:
    """Whether this very secret logged in within a quarter of an hour; asks nobody."""
    return _cache.stale(key_id, secret) is not None


def caller_of_key(key_id: str, secret: str) -> Caller:
    """The key's principal at its one tenant.

    Raises ``NotAuthenticated`` alike for a wrong secret and for a key that is unknown, expired or
    revoked; ``AccessUnavailable`` when the database is away and the key was not seen lately.
    """
    known = fresh_caller_of_key(key_id, secret)
    if known is not None:
        return known
    try:
        found = authenticate_api_key(key_id, secret)
    except (OperationalError, InterfaceError) as error:
        # Nothing can be revoked while the database is away, so what it said last still holds.
        stale = _cache.stale(key_id, secret)
        if stale is None:
            raise AccessUnavailable(
                "The API key cannot be checked: the service's database does not answer."
            ) from error
        recognised(stale)
        return stale
    if found is None:
        raise NotAuthenticated(
            "Authentication failed: the API key is unknown, revoked or expired, or the secret is "
            "not its own."
        )
    caller = caller_of_live_key(found)
    _cache.remember(key_id, secret, caller)
    return caller


def caller_of_live_key(found: Authenticated) -> Caller:
    """The key's principal at its one tenant."""
    expires_at_ms = None if found.expires_at is None else int(found.expires_at.timestamp() * 1000)
    scopes = {READ, WRITE, ADMINISTER} if found.administrator else {READ, WRITE}
    access = TenantAccess(
        tenant_id=str(found.tenant_id),
        tenant=found.tenant_name,
        cluster_id=found.cluster_id,
        role="administrator" if found.administrator else "service account",
        principal=found.principal,
        scopes=frozenset(scopes),
    )
    credential = KeyCredential(found.key_id, expires_at_ms)
    caller = Caller(found.principal, found.principal, credential, (access,))
    recognised(caller)
    return caller
