"""The site: who may enter, and in which scope its pages run.

Signing in is the console's page, so that there is one throttle and one form for passwords.
"""

import functools
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from unfold.sites import UnfoldAdminSite

from tenants import scope
from tenants.names import person_principal
from tenants.services.note_operator_look import note_operator_look
from tenants.transactions import limit_waits

View = Callable[..., HttpResponse]

CONTENT_SECURITY_POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        # Unfold's bar of actions and its coloured JSON (SECURITY.md); a style cannot run anything.
        "style-src-attr 'unsafe-inline'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)


def audit_name(request: HttpRequest) -> str:
    """The operator in the audit log."""
    return person_principal(request.user.get_username())


class BackOffice(UnfoldAdminSite):
    """``/admin``, for people with ``is_staff``; Django's permissions are not used."""

    def has_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_active and request.user.is_staff)

    def admin_view(self, view: View, cacheable: bool = False) -> View:
        return super().admin_view(_in_operators_scope(view), cacheable)

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        # They would come as a style element; streaming/backoffice.css has them.
        return {**super().each_context(request), "colors": None}

    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """To the console's sign-in; who is signed in and no operator is told so."""
        if request.user.is_authenticated and not self.has_permission(request):
            context = {"login": request.user.get_username()}
            return render(request, "streaming/no_operator.html", context, status=403)
        return HttpResponseRedirect("/login?" + urlencode({"next": "/admin/"}))

    def logout(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        super().logout(request, extra_context)
        return HttpResponseRedirect("/login")

    def password_change(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Not here: it would write without a service."""
        messages.warning(request, "Passwords are not changed in the back office.")
        return HttpResponseRedirect("/admin/")


def _in_operators_scope(view: View) -> View:
    @functools.wraps(view)
    def scoped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        note_operator_look(by=audit_name(request), path=request.path)
        with scope.operator(request.user.get_username()):
            limit_waits()
            response = view(request, *args, **kwargs)
            # Pages are rendered late, and their rows read then.
            if not getattr(response, "is_rendered", True):
                response = response.render()  # type: ignore[attr-defined]
        response["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
        return response

    return scoped


back_office = BackOffice(name="admin")
