"""``/api/v1/tenants/{tenant}/overview``: what a tenant has, how it does, and how to
connect to it."""

from typing import Final

from django.conf import settings
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from brokers.authorization.resource import Operation
from brokers.selectors.brokers import list_brokers
from brokers.selectors.tenant_health import tenant_health
from streaming.access.rights import require_cluster
from streaming.rest.view import RestView

_OVERVIEW: Final = {
    "type": "object",
    "properties": {
        "tenant": {"type": "string"},
        "cluster_id": {"type": "string"},
        "bootstrap_servers": {"type": "string"},
        "security_protocol": {"type": "string"},
        "brokers": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "id": {"type": "integer"},
                    "host": {"type": "string"},
                    "port": {"type": "integer"},
                    "state": {"type": "string", "enum": ["running", "fenced"]},
                },
            },
        },
        "topics": {"type": "integer"},
        "partitions": {"type": "integer"},
        "health": {
            "type": "object",
            "properties": {
                "state": {"type": "string", "enum": ["good", "degraded", "down"]},
                "under_replicated": {"type": "integer"},
                "offline": {"type": "integer"},
                "brokers_down": {"type": "integer"},
            },
        },
        "bytes_stored": {"type": "integer", "format": "int64"},
        "records_in_per_s": {"type": "number", "nullable": True},
        "bytes_in_per_s": {"type": "number", "nullable": True},
        "bytes_out_per_s": {"type": "number", "nullable": True},
    },
}


class OverviewView(RestView):
    """``/tenants/{tenant}/overview``"""

    @extend_schema(tags=["service"], responses={200: _OVERVIEW})
    def get(self, _request: Request, tenant: str) -> Response:
        """``tenant`` is a name; another's is answered as an absent one."""
        access = self.caller.tenant(tenant)
        require_cluster(access, Operation.DESCRIBE)
        health = tenant_health(access.tenant_id)
        return Response(
            {
                "tenant": access.tenant,
                "cluster_id": access.cluster_id,
                "bootstrap_servers": settings.HEADWATER.bootstrap_servers,
                "security_protocol": settings.HEADWATER.security_protocol,
                "brokers": [
                    {
                        "id": broker.id,
                        "host": broker.host,
                        "port": broker.port,
                        "state": "fenced" if broker.fenced else "running",
                    }
                    for broker in list_brokers()
                ],
                "topics": health.topics,
                "partitions": health.partitions,
                "health": {
                    "state": health.state,
                    "under_replicated": health.under_replicated,
                    "offline": health.offline,
                    "brokers_down": health.brokers_down,
                },
                "bytes_stored": health.bytes_stored,
                "records_in_per_s": health.records_in_per_s,
                "bytes_in_per_s": health.bytes_in_per_s,
                "bytes_out_per_s": health.bytes_out_per_s,
            }
        )
