"""What a tenant uses of the limits that the web processes count, over all of them."""

import time
from collections.abc import Mapping
from typing import Final

import redis
from django.conf import settings

from streaming.quotas.budgets import SOCKETS, process_budgets
from streaming.quotas.exchange import TELL_SECONDS, channel_name, parsed

LISTEN_SECONDS: Final = 1.5 * TELL_SECONDS
"""Every process has spoken once by then."""
CONNECT_SECONDS_MAX: Final = 1.0


def used_at_edge(tenant_id: str) -> dict[str, float]:
    """By the limit's name; a rate is of the last half second."""
    budgets = process_budgets()
    return {
        "websockets": float(budgets.sockets(tenant_id)),
        "rest_requests_per_s": round(budgets.demand(f"requests:{tenant_id}"), 1),
    }


def overheard_use(tenant_id: str) -> dict[str, float]:
    """As ``used_at_edge``, for a program that is none of the web processes: what they tell each
    other while it listens, for less than a second. Empty where none speaks, or Redis is away."""
    try:
        said = _overheard()
    except (redis.RedisError, OSError):
        return {}
    return used_of(tenant_id, said) if said else {}


def used_of(tenant_id: str, said: Mapping[str, Mapping[str, float]]) -> dict[str, float]:
    """``said``: what each process is asked for, by its name."""
    sockets, requests = SOCKETS + tenant_id, f"requests:{tenant_id}"
    return {
        "websockets": sum(each.get(sockets, 0.0) for each in said.values()),
        "rest_requests_per_s": round(sum(each.get(requests, 0.0) for each in said.values()), 1),
    }


def _overheard() -> dict[str, Mapping[str, float]]:
    client = redis.Redis.from_url(
        settings.HEADWATER.redis_url,
        socket_timeout=CONNECT_SECONDS_MAX,
        socket_connect_timeout=CONNECT_SECONDS_MAX,
    )
    said: dict[str, Mapping[str, float]] = {}
    with client, client.pubsub(ignore_subscribe_messages=True) as processes:
        processes.subscribe(channel_name())
        end = time.monotonic() + LISTEN_SECONDS
        while (left := end - time.monotonic()) > 0:
            message = processes.get_message(timeout=left)
            heard = None if message is None else parsed(message["data"])
            if heard is not None:
                said[heard[0]] = heard[1]
    return said
