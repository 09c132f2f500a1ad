from datetime import UTC, datetime

from streaming.models import IdempotentRequest
from streaming.services.claim_request import KEPT
from tenants import scope
from tenants.transactions import limit_waits

REMOVED_AT_ONCE = 1_000


def forget_requests() -> int:
    """Remove some of the requests whose keys are too old to stand for them; how many."""
    with scope.system("old idempotency keys are removed"):
        limit_waits()
        old = IdempotentRequest.objects.filter(created_at__lt=datetime.now(UTC) - KEPT)
        keys = list(old.order_by("created_at").values_list("pk", flat=True)[:REMOVED_AT_ONCE])
        IdempotentRequest.objects.filter(pk__in=keys).delete()
        return len(keys)
