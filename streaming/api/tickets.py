"""``/api/v1/tenants/{tenant}/tickets``: one-time tickets for websockets."""

from typing import Final

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from streaming.access.ticket_caller import ticket_for
from streaming.records.identity import READ
from streaming.rest.view import RestView
from tenants.errors import NotFound

_TICKET: Final = {
    "type": "object",
    "properties": {
        "ticket": {"type": "string"},
        "expires_at": {"type": "string", "format": "date-time"},
    },
    "required": ["ticket", "expires_at"],
}


class TicketsView(RestView):
    """``/tenants/{tenant}/tickets``"""

    @extend_schema(tags=["service"], request=None, responses={201: _TICKET})
    def post(self, _request: Request, tenant: str) -> Response:
        """A ticket that opens one websocket, within 30 seconds, as whoever asked for it."""
        for access in self.caller.tenants:
            if access.tenant == tenant:
                access.require(READ)
                issued = ticket_for(self.caller, access)
                body = {"ticket": issued.ticket, "expires_at": issued.expires_at.isoformat()}
                return Response(body, status=201, headers={"Cache-Control": "no-store"})
        raise NotFound(f"Tenant {tenant!r} cannot be found. GET /api/v1/session lists yours.")
