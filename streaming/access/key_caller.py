"""Callers who present an API key."""

import logging
from datetime import timedelta

from django.db import InterfaceError, OperationalError
from django.utils import timezone

from brokers.authorization.restriction import KeyRestriction, restriction_from_json
from streaming.access.caller import ADMINISTRATOR, Caller, KeyCredential, TenantAccess
from streaming.access.errors import AccessUnavailable, NotAuthenticated
from streaming.access.key_cache import KeyCache
from streaming.access.refusals import recognised
from streaming.records.identity import ADMINISTER, READ, WRITE
from tenants import origin
from tenants.selectors.api_keys import Authenticated, authenticate_api_key
from tenants.services.note_key_uses import SECONDS, KeyUse, note_key_uses

logger = logging.getLogger(__name__)

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
    _note_use(found)
    return caller


def _note_use(found: Authenticated) -> None:
    """Write down that the key was used, unless somebody has within the minute."""
    now = timezone.now()
    if found.last_used_at is not None and now - found.last_used_at < timedelta(seconds=SECONDS):
        return
    try:
        note_key_uses([KeyUse(found.key_id, now, origin.current().source)])
    except (OperationalError, InterfaceError) as error:
        logger.warning("that API key %s was used is not written down: %s", found.key_id, error)


def caller_of_live_key(found: Authenticated) -> Caller:
    """The key's principal at its one tenant."""
    expires_at_ms = None if found.expires_at is None else int(found.expires_at.timestamp() * 1000)
    restriction = restriction_from_json(found.restriction)
    access = TenantAccess(
        tenant_id=str(found.tenant_id),
        tenant=found.tenant_name,
        cluster_id=found.cluster_id,
        role=ADMINISTRATOR if found.administrator else "service account",
        principal=found.principal,
        scopes=_scopes(found.administrator, restriction),
        key_id=found.key_id,
        restriction=restriction,
    )
    credential = KeyCredential(found.key_id, expires_at_ms)
    caller = Caller(found.principal, found.principal, credential, (access,))
    recognised(caller)
    return caller


def _scopes(administrator: bool, restriction: KeyRestriction | None) -> frozenset[str]:
    """A key with limits administers nothing, whoever it is: keys and rights could lift them."""
    if restriction is None:
        return frozenset({READ, WRITE, ADMINISTER} if administrator else {READ, WRITE})
    return frozenset({READ} if restriction.read_only else {READ, WRITE})
