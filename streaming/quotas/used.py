"""What a tenant uses of the limits that the web processes count, over all of them."""

from streaming.quotas.budgets import process_budgets


def used_at_edge(tenant_id: str) -> dict[str, float]:
    """By the limit's name; a rate is of the last half second."""
    budgets = process_budgets()
    return {
        "websockets": float(budgets.sockets(tenant_id)),
        "rest_requests_per_s": round(budgets.demand(f"requests:{tenant_id}"), 1),
    }
