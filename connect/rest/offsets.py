"""``/connect/connectors/{connector}/offsets`` (KIP-875)."""

from typing import Final

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from connect.forms.bodies import read_offsets, sink_changes
from connect.forms.documents import sink_offset_document
from connect.rest import schemas
from connect.rest.connectors import TAG
from connect.rest.kafka import asking_as
from connect.rest.view import ConnectView, id_of
from connect.selectors.connectors import connector_info
from connect.selectors.offsets import sink_positions, source_positions
from connect.services.change_offsets import (
    change_sink_offsets,
    change_source_offsets,
    reset_offsets,
)
from connect.states import Kind

ALTERED: Final = "The offsets for this connector have been altered successfully"
RESET: Final = "The offsets for this connector have been reset successfully"


class OffsetsView(ConnectView):
    """``/connectors/{connector}/offsets``"""

    @extend_schema(
        tags=[TAG],
        operation_id="get_connector_offsets",
        parameters=[schemas.TENANT],
        responses={200: schemas.OFFSETS},
    )
    def get(self, _request: Request, connector: str) -> Response:
        """How far it is: a source in its own terms, a sink by topic and partition."""
        access = self.reading()
        kind = connector_info(id_of(access), connector).kind
        ask = asking_as(access.identity)
        if kind is Kind.SINK:
            committed = sink_positions(ask, connector)
            found = [
                sink_offset_document(each, committed[each])
                for each in sorted(committed, key=lambda each: (each.topic, each.partition))
            ]
        else:
            found = [
                {"partition": partition, "offset": offset}
                for partition, offset in source_positions(ask, connector)
            ]
        return Response({"offsets": found})

    @extend_schema(
        tags=[TAG],
        operation_id="alter_connector_offsets",
        parameters=[schemas.TENANT],
        request={"application/json": schemas.OFFSETS},
        responses={200: schemas.MESSAGE},
    )
    def patch(self, request: Request, connector: str) -> Response:
        """Have a stopped connector go on from elsewhere; an offset of null forgets a partition."""
        access = self.administering()
        info = connector_info(id_of(access), connector)
        changes = read_offsets(request.data)
        ask = asking_as(access.identity)
        if info.kind is Kind.SINK:
            change_sink_offsets(
                tenant_id=id_of(access),
                by=access.principal,
                name=connector,
                ask=ask,
                changes=sink_changes(changes),
            )
        else:
            change_source_offsets(
                tenant_id=id_of(access),
                by=access.principal,
                name=connector,
                ask=ask,
                changes=[(each.partition, each.offset) for each in changes],
            )
        return Response({"message": ALTERED})

    @extend_schema(
        tags=[TAG],
        operation_id="reset_connector_offsets",
        parameters=[schemas.TENANT],
        responses={200: schemas.MESSAGE},
    )
    def delete(self, _request: Request, connector: str) -> Response:
        """Have a stopped connector begin from the beginning."""
        access = self.administering()
        reset_offsets(
            tenant_id=id_of(access),
            by=access.principal,
            name=connector,
            ask=asking_as(access.identity),
        )
        return Response({"message": RESET})
