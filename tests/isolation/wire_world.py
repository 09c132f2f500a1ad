"""Two tenants of one service, each with one of everything, and what they are told of each other."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from brokers.node.coordination.internal_topics import (
    CONSUMER_OFFSETS,
    partition_for,
    qualified,
)
from brokers.wire.registry import ApiKey
from tests.isolation.names import Names, Thing, made_up, twin
from tests.isolation.side import SERVED, Side
from tests.isolation.wire_rows import ROWS
from tests.node.raw_client import RawClient

LISTINGS = [
    (api_key, version, case)
    for api_key, versions in SERVED.items()
    for version in versions
    for case in ROWS.get(api_key, ())
    if case.listing and case.since <= version <= case.until
]
READING = (
    ApiKey.METADATA, ApiKey.FETCH, ApiKey.LIST_OFFSETS, ApiKey.DESCRIBE_GROUPS,
    ApiKey.CONSUMER_GROUP_DESCRIBE, ApiKey.OFFSET_FETCH, ApiKey.DESCRIBE_TRANSACTIONS,
    ApiKey.DESCRIBE_CONFIGS, ApiKey.DESCRIBE_PRODUCERS, ApiKey.LIST_GROUPS,
    ApiKey.LIST_TRANSACTIONS, ApiKey.DESCRIBE_ACLS, ApiKey.DESCRIBE_CLIENT_QUOTAS,
    ApiKey.DESCRIBE_USER_SCRAM_CREDENTIALS,
)  # fmt: skip
"""What shows what a tenant has and changes nothing."""
HEARTBEAT_EVERY_S = 10.0


@dataclass
class TwoTenants:
    """``listed`` is what ``me`` was answered before ``them`` had anything."""

    me: Side
    them: Side
    listed: dict[tuple[ApiKey, int, str], bytes]
    had: list[bytes]
    """What ``them`` had at first, as they were told."""
    place: Callable[[str], int]
    """Which partition keeps a group of that name for ``me``."""
    heard_at: float = 0.0

    def absent_like(self, foreign: Names) -> Names:
        """A set of nothing. Which partition keeps a name follows from the name alone, and may show
        in an answer: it is the same one."""
        absent = twin(foreign)
        while self.place(absent.group) != self.place(foreign.group):
            absent = replace(absent, group=made_up("abs").group)
        return absent

    def keep_alive(self) -> None:
        """Members of KIP-848 groups are silent for 45 s at most."""
        if time.monotonic() - self.heard_at > HEARTBEAT_EVERY_S:
            self.heard_at = time.monotonic()
            for side in (self.me, self.them):
                side.heartbeat(side.names)


def what_they_have(side: Side) -> list[bytes]:
    return [
        side.answer(case, api_key, SERVED[api_key][-1], side.names, side.names)
        for api_key in READING
        if api_key in SERVED
        for case in ROWS[api_key]
        if case.since <= SERVED[api_key][-1] <= case.until and not case.listing
        # Of their topic there are more rules, each time that one is made for a question.
        if not (api_key is ApiKey.DESCRIBE_ACLS and Thing.TOPIC in case.values.values())
    ]


@contextmanager
def two_tenants(edge: Any) -> Iterator[TwoTenants]:
    """New ones; ``edge`` has one broker, which keeps everything."""
    mine, theirs = edge.tenant(), edge.tenant()
    me = Side(lambda: RawClient(edge.kafka_port()).log_in(mine.administrator), "own")
    listed = {
        (api_key, version, case.label): me.answer(case, api_key, version, me.names, me.names)
        for api_key, version, case in LISTINGS
    }
    them = Side(lambda: RawClient(edge.kafka_port()).log_in(theirs.administrator), "frn")
    count = edge.node().image.internal_topic(CONSUMER_OFFSETS).partition_count
    yield TwoTenants(
        me,
        them,
        listed,
        what_they_have(them),
        lambda name: partition_for(qualified(mine.id, name), count),
        time.monotonic(),
    )
    me.close()
    them.close()
