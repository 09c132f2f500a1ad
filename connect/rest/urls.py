"""URLs under ``/connect``. Whatever is not here is answered as JSON too."""

from django.http import HttpRequest, HttpResponseBase
from django.urls import path, re_path, resolve
from django.views.decorators.csrf import csrf_exempt

from connect.rest.connectors import ConfigView, ConnectorsView, ConnectorView, StatusView
from connect.rest.lifecycle import PauseView, RestartView, ResumeView, StopView
from connect.rest.offsets import OffsetsView
from connect.rest.plugins import PluginConfigView, PluginsView, ValidateView
from connect.rest.tasks import (
    TaskRestartView,
    TasksConfigView,
    TaskStatusView,
    TasksView,
    TopicsResetView,
    TopicsView,
)
from connect.rest.worker import HealthView, LoggersView, LoggerView, RootView
from streaming.problems import Problem
from streaming.rest.answers import respond

_CONNECTOR = "connectors/<str:connector>"
_PLUGIN = "connector-plugins/<str:plugin>"


@csrf_exempt
def no_such_endpoint(request: HttpRequest, rest: str) -> HttpResponseBase:
    """``rest`` is what follows the prefix. Kafka's server takes a slash at the end for nothing."""
    if rest.strip("/") and rest.endswith("/"):
        found = resolve(request.path_info.rstrip("/"))
        response: HttpResponseBase = found.func(request, *found.args, **found.kwargs)
        return response
    message = f"/connect/{rest} is not an endpoint of Kafka Connect's; see /api/openapi.json."
    return respond(Problem(404, 404, message), request)


urlpatterns = [
    path("", RootView.as_view()),
    path("health", HealthView.as_view()),
    path("connectors", ConnectorsView.as_view()),
    path(_CONNECTOR, ConnectorView.as_view()),
    path(f"{_CONNECTOR}/config", ConfigView.as_view()),
    path(f"{_CONNECTOR}/status", StatusView.as_view()),
    path(f"{_CONNECTOR}/pause", PauseView.as_view()),
    path(f"{_CONNECTOR}/resume", ResumeView.as_view()),
    path(f"{_CONNECTOR}/stop", StopView.as_view()),
    path(f"{_CONNECTOR}/restart", RestartView.as_view()),
    path(f"{_CONNECTOR}/tasks", TasksView.as_view()),
    path(f"{_CONNECTOR}/tasks-config", TasksConfigView.as_view()),
    path(f"{_CONNECTOR}/tasks/<int:task>/status", TaskStatusView.as_view()),
    path(f"{_CONNECTOR}/tasks/<int:task>/restart", TaskRestartView.as_view()),
    path(f"{_CONNECTOR}/topics", TopicsView.as_view()),
    path(f"{_CONNECTOR}/topics/reset", TopicsResetView.as_view()),
    path(f"{_CONNECTOR}/offsets", OffsetsView.as_view()),
    path("connector-plugins", PluginsView.as_view()),
    path(f"{_PLUGIN}/config", PluginConfigView.as_view()),
    path(f"{_PLUGIN}/config/validate", ValidateView.as_view()),
    path("admin/loggers", LoggersView.as_view()),
    path("admin/loggers/<str:logger>", LoggerView.as_view()),
    re_path(r"^(?P<rest>.*)$", no_such_endpoint),
]
