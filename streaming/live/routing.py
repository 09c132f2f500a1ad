"""Websocket URLs of the web process."""

from django.urls import path, re_path

from streaming.events.endpoint import tenant_events
from streaming.live.endpoint import live_stream, live_tail, no_such_socket

websocket_urlpatterns = [
    path("ws/v1/events", tenant_events),
    path("ws/v1/stream", live_stream),
    path("ws/v1/topics/<str:topic>", live_tail),
    re_path(r"^.*$", no_such_socket),
]
