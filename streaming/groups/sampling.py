"""How far groups are behind, looked at for charts: bounded in number and in time.

A round looks at the tenants whose records moved lately, with at most ``GROUPS_MAX`` of their
groups; where there are more, rounds take turns.
"""

import asyncio
import logging
from collections.abc import Iterable, Sequence
from typing import Final, TypeVar

from brokers.kernel.errors import Refusal
from brokers.metering.group_lag import GroupLag
from streaming.groups.describing import describe_groups
from streaming.groups.lag import PartitionLag, lag_of
from streaming.groups.listing import list_groups
from streaming.records.clients import Clients
from streaming.records.failures import BrokersUnavailable, TooManyClients
from streaming.records.identity import READ, Identity
from streaming.records.reader import Reader
from tenants.names import ADMINISTRATOR_PRINCIPAL

log = logging.getLogger(__name__)
T = TypeVar("T")

TENANTS_MAX: Final = 20
GROUPS_MAX: Final = 100
"""Of one tenant in a round."""
TENANTS_AT_ONCE: Final = 4
ROUND_SECONDS: Final = 10.0
"""What has not been asked by then is left for the next round."""

NAME_CHARACTERS_MAX: Final = 255
"""Groups with longer names have no charts."""


def turn_of(things: Sequence[T], most: int, round_number: int) -> list[T]:
    """At most ``most`` of them: all in turn, as rounds go on."""
    if len(things) <= most:
        return list(things)
    start = round_number * most % len(things)
    return [*things[start:], *things[:start]][:most]


def lags_by_topic(tenant_id: str, group: str, lags: Iterable[PartitionLag]) -> list[GroupLag]:
    """A group's lags on partitions, together for each topic. Partitions that it has committed
    nothing for do not count."""
    topics: dict[str, list[PartitionLag]] = {}
    for lag in lags:
        if lag.committed is not None:
            topics.setdefault(lag.partition.topic, []).append(lag)
    return [
        GroupLag(tenant_id, group, topic, _records(of_topic), _lag_ms(of_topic))
        for topic, of_topic in sorted(topics.items())
    ]


def _records(lags: list[PartitionLag]) -> int | None:
    known = [lag.records for lag in lags if lag.records is not None]
    return sum(known) if len(known) == len(lags) else None


def _lag_ms(lags: list[PartitionLag]) -> int | None:
    known = [lag.seconds for lag in lags if lag.seconds is not None]
    return round(max(known) * 1000) if len(known) == len(lags) else None


async def sample_lags(
    clients: Clients, tenant_ids: Sequence[str], *, now_ms: int, round_number: int
) -> list[GroupLag]:
    """One round. A tenant that cannot be asked is left out; it is never raised."""
    found: list[GroupLag] = []
    slots = asyncio.Semaphore(TENANTS_AT_ONCE)

    async def of(tenant_id: str) -> None:
        identity = Identity(tenant_id, ADMINISTRATOR_PRINCIPAL, frozenset({READ}))
        async with slots:
            try:
                async with clients.reader(identity) as reader:
                    await _sample_tenant(reader, tenant_id, found, now_ms, round_number)
            except (Refusal, BrokersUnavailable, TooManyClients) as error:
                log.info("the groups of tenant %s cannot be sampled: %s", tenant_id, error)

    chosen = turn_of(tenant_ids, TENANTS_MAX, round_number)
    try:
        async with asyncio.timeout(ROUND_SECONDS):
            await asyncio.gather(*map(of, chosen))
    except TimeoutError:
        log.info("sampling groups took longer than %g s; the rest waits", ROUND_SECONDS)
    return found


async def _sample_tenant(
    reader: Reader, tenant_id: str, found: list[GroupLag], now_ms: int, round_number: int
) -> None:
    names = [
        group.name
        for group in await list_groups(reader)
        if len(group.name) <= NAME_CHARACTERS_MAX and "\0" not in group.name
    ]
    groups = await describe_groups(reader, turn_of(names, GROUPS_MAX, round_number))
    for name, group in sorted(groups.items()):
        found += lags_by_topic(tenant_id, name, await lag_of(reader, group, now_ms))
