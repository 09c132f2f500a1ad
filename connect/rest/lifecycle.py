"""Having a connector pause, resume, stop or start anew."""

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from connect.forms.documents import status_document
from connect.rest import schemas
from connect.rest.connectors import TAG
from connect.rest.errors import when_absent
from connect.rest.query import truth
from connect.rest.view import ConnectView, id_of
from connect.services.pause_connector import pause_connector
from connect.services.restart_connector import restart_connector
from connect.services.resume_connector import resume_connector
from connect.services.stop_connector import stop_connector


class PauseView(ConnectView):
    """``/connectors/{connector}/pause``"""

    @extend_schema(
        tags=[TAG],
        operation_id="pause_connector",
        parameters=[schemas.TENANT],
        request=None,
        responses={202: None},
    )
    def put(self, _request: Request, connector: str) -> HttpResponse:
        """Its tasks stay and do nothing until it is resumed."""
        access = self.administering()
        with when_absent(f"Unknown connector {connector}"):
            pause_connector(tenant_id=id_of(access), by=access.principal, name=connector)
        return HttpResponse(status=202)


class ResumeView(ConnectView):
    """``/connectors/{connector}/resume``"""

    @extend_schema(
        tags=[TAG],
        operation_id="resume_connector",
        parameters=[schemas.TENANT],
        request=None,
        responses={202: None},
    )
    def put(self, _request: Request, connector: str) -> HttpResponse:
        """Have a paused or stopped connector run."""
        access = self.administering()
        with when_absent(f"Unknown connector {connector}"):
            resume_connector(tenant_id=id_of(access), by=access.principal, name=connector)
        return HttpResponse(status=202)


class StopView(ConnectView):
    """``/connectors/{connector}/stop``"""

    @extend_schema(
        tags=[TAG],
        operation_id="stop_connector",
        parameters=[schemas.TENANT],
        request=None,
        responses={204: None},
    )
    def put(self, _request: Request, connector: str) -> HttpResponse:
        """End its tasks and keep its config; its offsets may be changed once it is STOPPED."""
        access = self.administering()
        stop_connector(tenant_id=id_of(access), by=access.principal, name=connector)
        return HttpResponse(status=204)


class RestartView(ConnectView):
    """``/connectors/{connector}/restart``"""

    @extend_schema(
        tags=[TAG],
        operation_id="restart_connector",
        parameters=[
            schemas.TENANT,
            schemas.flag("includeTasks", "Its tasks as well. Default false."),
            schemas.flag("onlyFailed", "Only what has failed. Default false."),
        ],
        request=None,
        responses={202: schemas.STATUS, 204: None},
    )
    def post(self, request: Request, connector: str) -> HttpResponse:
        """Start the connector anew, or its tasks as well; 202 says what is RESTARTING (KIP-745)."""
        access = self.administering()
        include_tasks = truth(request.query_params, "includeTasks", default=False)
        only_failed = truth(request.query_params, "onlyFailed", default=False)
        status = restart_connector(
            tenant_id=id_of(access),
            by=access.principal,
            name=connector,
            include_tasks=include_tasks,
            only_failed=only_failed,
        )
        if not include_tasks and not only_failed:
            return HttpResponse(status=204)
        return Response(status_document(status), status=202)
