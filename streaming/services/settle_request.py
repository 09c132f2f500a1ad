from uuid import UUID

from streaming.models import IdempotentRequest
from tenants import scope
from tenants.transactions import limit_waits


def settle_request(*, tenant_id: str, request_id: int, status: int, answer: bytes) -> None:
    """Keep the answer of a request that was claimed; the first one stays."""
    with scope.tenant(UUID(tenant_id)):
        limit_waits()
        unsettled = IdempotentRequest.objects.filter(pk=request_id, status__isnull=True)
        unsettled.update(status=status, answer=answer)
