"""Who sent an HTTP request: an API key by HTTP Basic, else a browser's session.

A request with an ``Authorization`` header is never looked at for a session. CSRF is checked exactly
when the session authenticates: only then does a browser act without the person's doing. Browsers
say themselves when another site's page has them ask (Fetch Metadata), also with GET, which moves on
a consumer's instance: ``SameSite=Lax`` lets cookies through where a page is left for an address.
"""

from channels.db import database_sync_to_async
from django.contrib.auth import get_user
from django.http import HttpRequest
from rest_framework.authentication import CSRFCheck

from streaming.access.basic import parse_basic
from streaming.access.caller import Caller, SessionCredential
from streaming.access.directory import tenants_of
from streaming.access.errors import CrossSite, NotAuthenticated
from streaming.access.key_caller import fresh_caller_of_key
from streaming.access.key_login import caller_of_key_at
from streaming.access.refusals import recognised
from streaming.quotas.charging import charge_request
from streaming.quotas.tenant_limits import process_limits
from tenants.models import User

_SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
_FOREIGN_SITES = frozenset({"cross-site", "same-site"})
"""Of ``Sec-Fetch-Site``: not this very origin, nor an address that was typed in."""


def caller_of_request(request: HttpRequest) -> Caller:
    """Who calls, charged for it.

    Raises ``NotAuthenticated``, ``CrossSite``, ``AccessUnavailable`` and ``RateLimited``.
    """
    header = request.META.get("HTTP_AUTHORIZATION")
    if header is not None:
        caller = caller_of_key_at(_address(request), *parse_basic(header))
    else:
        caller = caller_of_session(request)
        _require_own_page(request)
        if request.method not in _SAFE:
            require_csrf(request)
        for access in caller.tenants:
            process_limits().refreshed(access.tenant_id)
    charge_request(request, caller)
    return caller


async def acaller_of_request(request: HttpRequest) -> Caller:
    """``caller_of_request`` for async views; a key seen a moment ago costs no thread."""
    header = request.META.get("HTTP_AUTHORIZATION")
    if header is not None:
        caller = fresh_caller_of_key(*parse_basic(header))
        if caller is not None:
            charge_request(request, caller)
            return caller
    return await database_sync_to_async(caller_of_request)(request)


def _require_own_page(request: HttpRequest) -> None:
    if request.META.get("HTTP_SEC_FETCH_SITE") in _FOREIGN_SITES:
        raise CrossSite("The session's request was refused: a page of another site made it.")


def _address(request: HttpRequest) -> str:
    return str(request.META.get("REMOTE_ADDR", ""))


def caller_of_session(request: HttpRequest) -> Caller:
    """The person signed in, as a caller. Raises ``NotAuthenticated``."""
    user = person_of_session(request)
    credential = SessionCredential(request.session.session_key or "", str(user.pk))
    name = user.name or user.login
    caller = Caller(user.login, name, credential, tenants_of(user), user.is_staff)
    recognised(caller)
    return caller


def person_of_session(request: HttpRequest) -> User:
    """The person signed in. Raises ``NotAuthenticated``."""
    user = get_user(request)
    if not isinstance(user, User) or not user.is_active or not request.session.session_key:
        raise NotAuthenticated("Sign in, or send an API key and its secret with HTTP Basic.")
    return user


def require_csrf(request: HttpRequest) -> None:
    """Raise ``CrossSite`` unless the request carries the CSRF token of its cookie."""
    check = CSRFCheck(lambda _request: None)
    check.process_request(request)
    reason = check.process_view(request, None, (), {})
    if reason:
        raise CrossSite(
            f"The session's request was refused: {reason} Send the csrf_token of "
            "GET /api/v1/session in the header X-CSRFToken."
        )
