"""``/api/v1/tenants/{tenant}/connect``: what the console needs and Kafka Connect does not tell."""

from django.http import HttpResponse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from brokers.kernel.prometheus import CONTENT_TYPE
from connect.rest import schemas
from connect.rest.connectors import TAG
from connect.rest.console_documents import (
    catalogue_document,
    log_document,
    overview_document,
)
from connect.rest.exposition import exposition
from connect.rest.view import ConnectView, id_of
from connect.selectors.connectors import (
    connector_info,
    connector_status,
    connectors_of,
    statuses_of,
)
from connect.selectors.plugins import all_plugins
from connect.selectors.task_logs import LINES_DEFAULT, task_log
from streaming.api.query import known_only, whole_number

LINES_MAX = 1_000


class CatalogueView(ConnectView):
    """``/plugins``"""

    @extend_schema(
        tags=[TAG], operation_id="list_connect_catalogue", responses={200: schemas.CATALOGUE}
    )
    def get(self, _request: Request, tenant: str) -> Response:
        """Connectors, converters, transforms and predicates, with what each is for."""
        self.reading(tenant)
        return Response({"data": [catalogue_document(each) for each in all_plugins()]})


class OverviewsView(ConnectView):
    """``/connectors``"""

    @extend_schema(
        tags=[TAG], operation_id="list_connector_overviews", responses={200: schemas.OVERVIEWS}
    )
    def get(self, _request: Request, tenant: str) -> Response:
        """All connectors by name, with their tasks and what those counted last."""
        tenant_id = id_of(self.reading(tenant))
        statuses = statuses_of(tenant_id)
        return Response(
            {
                "data": [
                    overview_document(info, statuses[info.name])
                    for info in connectors_of(tenant_id)
                    if info.name in statuses
                ]
            }
        )


class OverviewView(ConnectView):
    """``/connectors/{connector}``"""

    @extend_schema(
        tags=[TAG], operation_id="get_connector_overview", responses={200: schemas.OVERVIEW}
    )
    def get(self, _request: Request, tenant: str, connector: str) -> Response:
        """One connector, its tasks and what those counted last."""
        tenant_id = id_of(self.reading(tenant))
        status = connector_status(tenant_id, connector)
        return Response(overview_document(connector_info(tenant_id, connector), status))


class MetricsView(ConnectView):
    """``/metrics``"""

    @extend_schema(
        tags=[TAG],
        operation_id="get_connect_metrics",
        responses={(200, "text/plain"): {"type": "string"}},
    )
    def get(self, _request: Request, tenant: str) -> HttpResponse:
        """All connectors and tasks as Prometheus scrapes them, with an API key by HTTP Basic."""
        statuses = statuses_of(id_of(self.reading(tenant)))
        return HttpResponse(exposition(statuses.values()), content_type=CONTENT_TYPE)


class TaskLogView(ConnectView):
    """``/connectors/{connector}/tasks/{task}/log``"""

    @extend_schema(
        tags=[TAG],
        operation_id="get_connector_task_log",
        parameters=[OpenApiParameter("limit", int, description=f"At most {LINES_MAX}.")],
        responses={200: schemas.LOG},
    )
    def get(self, request: Request, tenant: str, connector: str, task: int) -> Response:
        """The last lines that a task's processes logged, oldest first."""
        access = self.reading(tenant)
        known_only(request.query_params, "limit")
        limit = whole_number(request.query_params, "limit", LINES_DEFAULT, 1, LINES_MAX)
        lines = task_log(id_of(access), connector, task, limit)
        return Response({"data": [log_document(line) for line in lines]})
