"""The console's addresses. One page answers all of them; its router does the rest."""

from django.urls import path, re_path

from frontend.views import console

urlpatterns = [
    path("", console, name="console"),
    path("login", console, name="console-login"),
    path("invitation", console, name="console-invitation"),
    re_path(r"^(?:topics|groups|connectors)(?:/.*)?$", console, name="console-things"),
    re_path(
        r"^(?:brokers|members|service-accounts|keys|acls|audit)$", console, name="console-lists"
    ),
    re_path(r"^(?:usage|quotas|settings|tenants|plans)$", console, name="console-limits"),
    path("new-connector", console, name="console-new-connector"),
]
"""Named one by one, so that a mistyped API address is a 404 and never a page of HTML."""
