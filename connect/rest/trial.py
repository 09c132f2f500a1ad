"""``/api/v1/tenants/{tenant}/connect/connectors:try``: a config tried on its target, and not kept.

A process like a task's does it, bare and with its egress checked, so nothing of a connector runs in
the web process.
"""

from threading import BoundedSemaphore
from typing import Final

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from connect.forms.bodies import read_new_connector
from connect.rest import schemas
from connect.rest.connectors import TAG
from connect.rest.view import ConnectView, id_of
from connect.services.trial_config import trial_config
from connect.worker.configuring import configure
from connect.worker.refusals import REACH
from streaming.access.refusals import denied_in_part
from tenants.errors import Unavailable

AT_ONCE: Final = 4
"""Trials of one web process: each is a process of some 50 MB, for ten seconds at most."""

_slots = BoundedSemaphore(AT_ONCE)


class TrialView(ConnectView):
    """``/connectors:try``"""

    @extend_schema(
        tags=[TAG],
        operation_id="try_connector_config",
        request={"application/json": schemas.CREATE_CONNECTOR},
        responses={200: schemas.TRIAL},
    )
    def post(self, request: Request, tenant: str) -> Response:
        """Connect to the target as the connector would, and say how that went; nothing is kept."""
        access = self.administering(tenant)
        wanted = read_new_connector(request.data)
        checked = trial_config(tenant_id=id_of(access), name=wanted.name, config=wanted.config)
        if not _slots.acquire(blocking=False):
            raise Unavailable("Other configs are being tried just now; try this again in a moment.")
        try:
            answer = configure(
                connector=wanted.name,
                kind=checked.kind,
                plugin=checked.plugin,
                config={**checked.shown, **checked.secrets},
                cluster_id=access.cluster_id,
            )
        finally:
            _slots.release()
        for target in answer.get("refused", ()):
            denied_in_part(access, REACH, target)
        worked = answer["event"] == "configured"
        return Response(
            {
                "worked": worked,
                "message": "" if worked else answer.get("message", ""),
                "trace": answer.get("trace") or "",
            }
        )
