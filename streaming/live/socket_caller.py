"""Who opened a live socket.

In this order: a one-time ticket in the URL, an ``Authorization`` header (programs), the session
cookie together with an ``Origin`` of this very site (the console), or a first message (programs
that can set no header). Other secrets are never taken from the URL, which ends up in logs; a ticket
found there is used up.
"""

from http.cookies import CookieError, SimpleCookie
from importlib import import_module

from channels.db import database_sync_to_async
from django.conf import settings
from django.http import HttpRequest
from django.http.request import split_domain_port, validate_host

from streaming.access import ticket_caller
from streaming.access.basic import parse_basic
from streaming.access.caller import Caller
from streaming.access.errors import CrossSite
from streaming.access.key_caller import fresh_caller_of_key
from streaming.access.key_login import caller_of_key_at
from streaming.access.request_caller import caller_of_session
from streaming.live.socket import Scope


async def caller_of_upgrade(scope: Scope) -> Caller | None:
    """Who is told by the upgrade's headers; None when they tell nothing.

    Raises ``NotAuthenticated``, ``CrossSite`` and ``AccessUnavailable``.
    """
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    if "authorization" in headers:
        return await caller_of_secret(scope, *parse_basic(headers["authorization"]))
    session_key = _session_key(headers.get("cookie", ""))
    if session_key is None:
        return None
    is_secure = scope.get("scheme") == "wss"
    require_same_site(headers.get("origin"), headers.get("host", ""), is_secure=is_secure)
    return await database_sync_to_async(_caller_of_session_key)(session_key)


async def caller_of_secret(scope: Scope, key_id: str, secret: str) -> Caller:
    """Who the API key is. Raises as ``caller_of_key_at`` does."""
    caller = fresh_caller_of_key(key_id, secret)
    if caller is not None:
        return caller
    address = scope["client"][0] if scope.get("client") else ""
    return await database_sync_to_async(caller_of_key_at)(address, key_id, secret)


async def caller_of_ticket(ticket: str) -> Caller:
    """Whom the ticket stands for. Raises as ``streaming.access.ticket_caller`` does."""
    caller: Caller = await database_sync_to_async(ticket_caller.caller_of_ticket)(ticket)
    return caller


def require_same_site(origin: str | None, host: str, *, is_secure: bool) -> None:
    """Raise ``CrossSite`` unless ``origin`` is the site that the browser believes to talk to, over
    TLS too where the socket is: whoever is in between can answer for ``http://`` of the same name.

    Browsers attach the session's cookie to a websocket from any page, and CSRF tokens cannot be
    sent with one; the Origin header is what a page cannot forge (RFC 6455, section 10.2).
    """
    domain, _port = split_domain_port(host)
    known = bool(domain) and validate_host(domain, settings.ALLOWED_HOSTS)
    site = f"{'https' if is_secure else 'http'}://{host}"
    if not known or origin is None or origin.lower() != site.lower():
        raise CrossSite(
            f"A session's socket must come from this site; its Origin is {origin or 'missing'}. "
            "Programs use an API key instead."
        )


def _session_key(cookie_header: str) -> str | None:
    try:
        cookies = SimpleCookie(cookie_header)
    except CookieError:
        return None
    morsel = cookies.get(settings.SESSION_COOKIE_NAME)
    return morsel.value if morsel is not None and morsel.value else None


def _caller_of_session_key(session_key: str) -> Caller:
    engine = import_module(settings.SESSION_ENGINE)
    request = HttpRequest()
    request.session = engine.SessionStore(session_key)
    return caller_of_session(request)
