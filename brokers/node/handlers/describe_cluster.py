"""DescribeCluster: the tenant's cluster, and the brokers that serve it (KIP-700, KIP-919)."""

from typing import TYPE_CHECKING, Final

from brokers.authorization.resource import CLUSTER_NAME, ResourceType
from brokers.kernel.errors import ErrorCode
from brokers.metadata.records import BrokerRecord
from brokers.node.session import RequestContext
from brokers.wire.messages.describe_cluster_request import DescribeClusterRequest
from brokers.wire.messages.describe_cluster_response import (
    DescribeClusterBroker,
    DescribeClusterResponse,
)

if TYPE_CHECKING:
    from brokers.node.node import Node

BROKERS: Final = 1
"""Endpoint type; 2 asks for KRaft controllers, which there are none of."""


async def handle(
    request: DescribeClusterRequest, context: RequestContext, node: "Node"
) -> DescribeClusterResponse:
    if request.endpoint_type != BROKERS:
        return DescribeClusterResponse(
            error_code=ErrorCode.MISMATCHED_ENDPOINT_TYPE,
            error_message="this is a broker; it knows of brokers only (endpoint type 1)",
            endpoint_type=BROKERS,
        )
    tenant = node.image.tenants.get(context.session.tenant_id)
    live = node.image.live_brokers()
    listed = list(node.image.brokers.values()) if request.include_fenced_brokers else live
    response = DescribeClusterResponse(
        cluster_id="" if tenant is None else tenant.cluster_id,
        controller_id=_controller(live, node),
        brokers=[_broker(broker, context, node) for broker in sorted(listed, key=lambda b: b.id)],
    )
    if request.include_cluster_authorized_operations:
        response.cluster_authorized_operations = context.rights.operations(
            ResourceType.CLUSTER, CLUSTER_NAME
        )
    return response


def _controller(live: list[BrokerRecord], node: "Node") -> int:
    """Every broker takes administrative requests; this one, as the client reaches it already."""
    ids = [broker.id for broker in live]
    if node.broker_id in ids or not ids:
        return node.broker_id if ids else -1
    return ids[0]


def _broker(broker: BrokerRecord, context: RequestContext, node: "Node") -> DescribeClusterBroker:
    host, port = node.endpoint(broker, context.entrance)
    return DescribeClusterBroker(broker.id, host, port, broker.rack, broker.fenced)
