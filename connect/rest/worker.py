"""``/connect/``, its health and its loggers: what Kafka tells of the process that answers."""

from typing import Any, Final

from django.http import HttpResponse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from connect.rest import schemas
from connect.rest.connectors import TAG
from connect.rest.view import ConnectView
from connect.selectors.workers import live_workers
from streaming.rest.body import InvalidBody, members, text
from tenants.errors import Forbidden, NotFound

VERSION: Final = "3.9.0-headwater"
"""Kafka Connect's, whose API this is: tools look at it for what they may ask."""
RELEASE: Final = "0.1.0"

LEVEL: Final = "INFO"
LEVELS: Final = ("TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL", "OFF")
ROOT: Final = "root"


class RootView(ConnectView):
    """``/``"""

    @extend_schema(
        tags=[TAG],
        operation_id="get_connect",
        parameters=[schemas.TENANT],
        responses={200: schemas.ROOT},
    )
    def get(self, _request: Request) -> Response:
        """Whose API this is, and the tenant's cluster."""
        access = self.reading()
        return Response(
            {"version": VERSION, "commit": RELEASE, "kafka_cluster_id": access.cluster_id}
        )


class HealthView(ConnectView):
    """``/health``"""

    @extend_schema(
        tags=[TAG],
        operation_id="get_connect_health",
        responses={200: schemas.HEALTH, 503: schemas.HEALTH},
    )
    def get(self, _request: Request) -> Response:
        """Whether there is a worker to run connectors (KIP-1017)."""
        if live_workers():
            message = "Worker has completed startup and is ready to handle requests."
            return Response({"status": "healthy", "message": message})
        message = "No worker runs connectors at present; those there are wait for one."
        return Response({"status": "unhealthy", "message": message}, status=503)


class LoggersView(ConnectView):
    """``/admin/loggers``"""

    @extend_schema(
        tags=[TAG],
        operation_id="list_connect_loggers",
        parameters=[schemas.TENANT],
        responses={200: schemas.LEVELS},
    )
    def get(self, _request: Request) -> Response:
        """Tasks log from INFO on; there is no other logger."""
        self.reading()
        return Response({ROOT: _level()})


class LoggerView(ConnectView):
    """``/admin/loggers/{logger}``"""

    @extend_schema(
        tags=[TAG],
        operation_id="get_connect_logger",
        parameters=[schemas.TENANT],
        responses={200: schemas.LEVEL},
    )
    def get(self, _request: Request, logger: str) -> Response:
        """The level from which on it logs."""
        self.reading()
        _check(logger)
        return Response(_level())

    @extend_schema(
        tags=[TAG],
        operation_id="set_connect_logger",
        parameters=[
            schemas.TENANT,
            OpenApiParameter("scope", str, enum=["worker", "cluster"]),
        ],
        request={"application/json": {"type": "object", "properties": {"level": schemas.TEXT}}},
        responses={200: schemas.NAMES},
    )
    def put(self, request: Request, logger: str) -> HttpResponse:
        """Only to what it is: workers are many tenants', and none sets how they log."""
        self.administering()
        level = text(members(request.data, ("level",)), "level").upper()
        if level not in LEVELS:
            raise NotFound(f"invalid log level '{level[:32]}'.")
        scope = request.query_params.get("scope", "worker")
        if scope not in ("worker", "cluster"):
            raise InvalidBody("scope must be worker or cluster")
        _check(logger)
        if level != LEVEL:
            raise Forbidden(
                f"Connectors log from {LEVEL} on, and workers are shared by tenants, so the level "
                "cannot be set. GET /api/v1/tenants/TENANT/connect/connectors/NAME/tasks/N/log "
                "tells what a task logged."
            )
        return HttpResponse(status=204) if scope == "cluster" else Response([logger])


def _check(logger: str) -> None:
    if logger != ROOT:
        raise NotFound(f"Logger {logger} not found.")


def _level() -> dict[str, Any]:
    return {"level": LEVEL, "last_modified": None}
