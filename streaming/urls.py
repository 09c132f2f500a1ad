"""Every URL of the web process: the APIs by name, and the console for the rest."""

from django.urls import include, path

urlpatterns = [
    path("kafka/v3/", include("streaming.rest.urls")),
    path("kafka/v2/", include("streaming.rest.v2.urls")),
    path("connect/", include("connect.rest.urls")),
    path("api/v1/tenants/<str:tenant>/connect/", include("connect.rest.console_urls")),
    path("api/", include("streaming.api.urls")),
    path("admin/", include("streaming.backoffice.urls")),
    path("", include("frontend.urls")),
]

handler400 = "streaming.fallback.bad_request"
handler404 = "streaming.fallback.not_found"
handler500 = "streaming.fallback.server_error"
