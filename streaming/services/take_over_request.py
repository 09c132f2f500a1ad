from datetime import UTC, datetime
from uuid import UUID

from streaming.models import IdempotentRequest
from tenants import scope
from tenants.transactions import limit_waits


def take_over_request(*, tenant_id: str, request_id: int, claimed_at: datetime) -> bool:
    """Claim a request again whose owner has not settled it in time; False when somebody else
    already has."""
    with scope.tenant(UUID(tenant_id)):
        limit_waits()
        unsettled = IdempotentRequest.objects.filter(
            pk=request_id, status__isnull=True, claimed_at=claimed_at
        )
        return bool(unsettled.update(claimed_at=datetime.now(UTC)))
