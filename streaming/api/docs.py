"""``/api/docs``: the OpenAPI document to read and to try. Swagger UI comes from this service."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "form-action 'none'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)


@require_safe
@ensure_csrf_cookie
def api_docs(request: HttpRequest) -> HttpResponse:
    """The page; open to all as the document is. A person's requests go out with their session."""
    response = render(request, "streaming/api_docs.html")
    response["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
    return response
