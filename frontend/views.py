"""Serves the console's one page; its scripts and styles are static files of the build."""

import secrets

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

NONCE_PLACE = "__CSP_NONCE__"
"""What the build leaves in the page where each answer puts a nonce of its own."""

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        # Components add style elements at run time; the nonce tells them from injected ones.
        "style-src 'self' 'nonce-{nonce}'",
        "img-src 'self' data:",
        "font-src 'self'",
        # Covers the websocket as well: browsers count ws: of the same host as 'self'.
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)

BUILD_MISSING = """\
<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Headwater: the console is not built</title></head>
<body>
<h1>The console is not built</h1>
<p>The service runs, but its web page was never built, or its build was removed.</p>
<p>Run <code>./headwater up</code>, which builds it, or build it by hand:
<code>cd frontend/console &amp;&amp; npm ci &amp;&amp; npm run build</code>,
and restart the service.</p>
</body>
</html>
"""


@require_safe
def console(request: HttpRequest) -> HttpResponse:
    """The page for every address of the console, or a 503 that says how to build it."""
    try:
        page = (settings.CONSOLE_BUILD / "index.html").read_text(encoding="utf-8")
    except OSError:
        return HttpResponse(BUILD_MISSING, status=503, headers={"Cache-Control": "no-store"})
    nonce = secrets.token_urlsafe(16)
    return HttpResponse(
        page.replace(NONCE_PLACE, nonce),
        headers={
            "Content-Security-Policy": CONTENT_SECURITY_POLICY.format(nonce=nonce),
            # The page names the build's files by their hashes and so must never be an old one.
            "Cache-Control": "no-store",
        },
    )
