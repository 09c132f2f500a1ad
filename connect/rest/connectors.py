"""``/connect/connectors``, and a connector by its name."""

from typing import Any, Final
from urllib.parse import quote

from django.http import HttpResponse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from connect.forms.bodies import read_changes, read_config, read_new_connector
from connect.forms.documents import connector_document, status_document
from connect.rest import schemas
from connect.rest.errors import when_absent
from connect.rest.view import ConnectView, id_of
from connect.selectors.connectors import (
    connector_info,
    connector_status,
    connectors_of,
    statuses_of,
)
from connect.services.create_connector import create_connector
from connect.services.delete_connector import delete_connector
from connect.services.patch_config import patch_config
from connect.services.put_config import put_config
from streaming.access.caller import TenantAccess

TAG: Final = "connect"


class ConnectorsView(ConnectView):
    """``/connectors``"""

    @extend_schema(
        tags=[TAG],
        operation_id="list_connectors",
        parameters=[
            schemas.TENANT,
            OpenApiParameter(
                "expand",
                str,
                many=True,
                description="status, info or both; other words are ignored, as in Kafka Connect.",
            ),
        ],
        responses={200: schemas.EXPANDED},
    )
    def get(self, request: Request) -> Response:
        """Connectors' names; with expand what they are, how they are, or both, by name."""
        tenant_id = id_of(self.reading())
        expand = set(request.query_params.getlist("expand")) & {"status", "info"}
        if not expand:
            return Response([each.name for each in connectors_of(tenant_id)])
        found: dict[str, dict[str, Any]] = {}
        if "info" in expand:
            for info in connectors_of(tenant_id):
                found.setdefault(info.name, {})["info"] = connector_document(info)
        if "status" in expand:
            for name, status in statuses_of(tenant_id).items():
                found.setdefault(name, {})["status"] = status_document(status)
        return Response(found)

    @extend_schema(
        tags=[TAG],
        operation_id="create_connector",
        parameters=[schemas.TENANT],
        request={"application/json": schemas.CREATE_CONNECTOR},
        responses={201: schemas.CONNECTOR},
    )
    def post(self, request: Request) -> Response:
        """Make one; initial_state STOPPED lets its offsets be set before it begins."""
        access = self.administering()
        wanted = read_new_connector(request.data)
        create_connector(
            tenant_id=id_of(access),
            by=access.principal,
            name=wanted.name,
            config=wanted.config,
            initial_state=wanted.initial_state,
        )
        return created(request, access, wanted.name)


class ConnectorView(ConnectView):
    """``/connectors/{connector}``"""

    @extend_schema(
        tags=[TAG],
        operation_id="get_connector",
        parameters=[schemas.TENANT],
        responses={200: schemas.CONNECTOR},
    )
    def get(self, _request: Request, connector: str) -> Response:
        """What it is; secrets are hidden."""
        return Response(connector_document(connector_info(id_of(self.reading()), connector)))

    @extend_schema(
        tags=[TAG],
        operation_id="delete_connector",
        parameters=[schemas.TENANT],
        responses={204: None},
    )
    def delete(self, _request: Request, connector: str) -> HttpResponse:
        """End it and its tasks. What it wrote stays, and so does how far it was."""
        access = self.administering()
        delete_connector(tenant_id=id_of(access), by=access.principal, name=connector)
        return HttpResponse(status=204)


class ConfigView(ConnectView):
    """``/connectors/{connector}/config``"""

    @extend_schema(
        tags=[TAG],
        operation_id="get_connector_config",
        parameters=[schemas.TENANT],
        responses={200: schemas.CONFIG},
    )
    def get(self, _request: Request, connector: str) -> Response:
        """Its config; secrets are hidden."""
        info = connector_info(id_of(self.reading()), connector)
        return Response(connector_document(info)["config"])

    @extend_schema(
        tags=[TAG],
        operation_id="put_connector_config",
        parameters=[schemas.TENANT],
        request={"application/json": schemas.CONFIG},
        responses={200: schemas.CONNECTOR, 201: schemas.CONNECTOR},
    )
    def put(self, request: Request, connector: str) -> Response:
        """Make the connector, or give the one there is this config in the place of its own."""
        access = self.administering()
        _row, is_new = put_config(
            tenant_id=id_of(access),
            by=access.principal,
            name=connector,
            config=read_config(request.data),
        )
        if is_new:
            return created(request, access, connector)
        return Response(connector_document(connector_info(id_of(access), connector)))

    @extend_schema(
        tags=[TAG],
        operation_id="patch_connector_config",
        parameters=[schemas.TENANT],
        request={"application/json": schemas.CONFIG_CHANGES},
        responses={200: schemas.CONNECTOR},
    )
    def patch(self, request: Request, connector: str) -> Response:
        """Change some keys; null takes one out."""
        access = self.administering()
        patch_config(
            tenant_id=id_of(access),
            by=access.principal,
            name=connector,
            changes=read_changes(request.data),
        )
        return Response(connector_document(connector_info(id_of(access), connector)))


class StatusView(ConnectView):
    """``/connectors/{connector}/status``"""

    @extend_schema(
        tags=[TAG],
        operation_id="get_connector_status",
        parameters=[schemas.TENANT],
        responses={200: schemas.STATUS},
    )
    def get(self, _request: Request, connector: str) -> Response:
        """How it and its tasks are, with the trace of what has failed."""
        access = self.reading()
        with when_absent(f"No status found for connector {connector}"):
            return Response(status_document(connector_status(id_of(access), connector)))


def created(request: Request, access: TenantAccess, name: str) -> Response:
    """201 with where it is to be found."""
    location = request.build_absolute_uri(f"/connect/connectors/{quote(name, safe='')}")
    document = connector_document(connector_info(id_of(access), name))
    return Response(document, status=201, headers={"Location": location})
