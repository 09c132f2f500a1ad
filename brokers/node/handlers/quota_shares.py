"""QuotaShares: what another broker keeps to of limits whose book this one keeps. Between brokers
only."""

from typing import TYPE_CHECKING

from brokers.kernel.errors import ErrorCode
from brokers.kernel.ids import TenantId
from brokers.node.quota_shares import Line
from brokers.node.session import RequestContext
from brokers.quotas.shares import Report
from brokers.wire.messages.quota_shares_request import QuotaSharesRequest
from brokers.wire.messages.quota_shares_response import QuotaShare, QuotaSharesResponse

if TYPE_CHECKING:
    from brokers.node.node import Node


async def handle(
    request: QuotaSharesRequest, context: RequestContext, node: "Node"
) -> QuotaSharesResponse:
    peer = context.session.peer
    if peer is None:
        return QuotaSharesResponse(error_code=ErrorCode.CLUSTER_AUTHORIZATION_FAILED)
    lines = [
        Line(TenantId(each.tenant_id), each.limit, Report(each.in_force, each.wanted, each.held))
        for each in request.reports
    ]
    return QuotaSharesResponse(
        shares=[QuotaShare(share) for share in node.quotas.shares.shares(peer.broker_id, lines)]
    )
