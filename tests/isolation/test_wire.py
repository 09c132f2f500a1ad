"""Every API in every version: what is another tenant's is answered like what does not exist."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import pytest

from brokers.node.coordination.internal_topics import (
    CONSUMER_OFFSETS,
    partition_for,
    qualified,
)
from brokers.wire.registry import ApiKey
from tests.isolation.names import Names, made_up, marks, told_of, twin
from tests.isolation.side import CLOSED, SECRET, SERVED, Side
from tests.isolation.wire_case import Case, naming_fields
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
                side.heartbeat(side.names, epoch=1)


def what_they_have(side: Side) -> list[bytes]:
    return [
        side.answer(case, api_key, SERVED[api_key][-1], side.names, side.names)
        for api_key in READING
        if api_key in SERVED
        for case in ROWS[api_key]
        if case.since <= SERVED[api_key][-1] <= case.until and not case.listing
    ]


@pytest.fixture(scope="module")
def tenants(edge) -> Iterator[TwoTenants]:
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


@pytest.mark.parametrize(
    ("api_key", "version", "case"),
    LISTINGS,
    ids=[f"{api_key.name}-{version}-{case.label}" for api_key, version, case in LISTINGS],
)
def test_listings_are_the_same_whoever_else_is_there(tenants, api_key, version, case):
    """They come first: what follows adds to what is one's own."""
    me, them = tenants.me, tenants.them
    answer = me.answer(case, api_key, version, me.names, me.names)
    assert answer == tenants.listed[api_key, version, case.label]
    assert not [mark for mark in marks(them.names) if mark in answer]
    if not case.blind:
        asked_by_them = them.answer(case, api_key, version, them.names, them.names)
        assert [mark for mark in marks(them.names) if mark in asked_by_them], "it lists nothing"


@pytest.mark.parametrize("api_key", SERVED, ids=lambda api_key: api_key.name)
def test_every_field_that_may_name_something_is_asked_about(api_key):
    assert api_key in ROWS, "an API without cases in tests/isolation/wire_rows"
    named = frozenset().union(*(case.fields for case in ROWS[api_key]))
    lacking = {
        path
        for path in naming_fields(api_key, SERVED[api_key])
        if path not in named and not any(path.startswith(f"{whole}.") for whole in named)
    }
    assert lacking == set(), "fields without a value"


@pytest.mark.parametrize("api_key", SERVED, ids=lambda api_key: api_key.name)
def test_foreign_and_absent_are_the_same(tenants, api_key):
    asked = 0
    for version in SERVED[api_key]:
        for case in ROWS[api_key]:
            if not case.listing and case.since <= version <= case.until:
                tenants.keep_alive()
                _ask_about_all(tenants, api_key, version, case)
                asked += 1
    assert asked or any(case.listing for case in ROWS[api_key])


def _ask_about_all(tenants: TwoTenants, api_key: ApiKey, version: int, case: Case) -> None:
    me, them = tenants.me, tenants.them
    told = (api_key.name, version, case.label)
    foreign = them.renewed(case.spends, them.names)
    absent = tenants.absent_like(foreign)
    about_foreign = me.answer(case, api_key, version, foreign, me.names)
    about_absent = me.answer(case, api_key, version, absent, me.names)
    assert told_of(about_foreign, foreign, absent) == about_absent, told
    assert SECRET + foreign.topic.encode() not in about_foreign, told
    if not case.blind:
        own = me.renewed(case.spends, me.names)
        about_own = me.answer(case, api_key, version, own, me.names)
        assert told_of(about_own, own, absent) != about_absent, (*told, "it cannot tell")


def test_they_have_what_they_had(tenants):
    assert what_they_have(tenants.them) == tenants.had


def test_whoever_tells_absent_from_foreign_would_be_found():
    """The comparison sees one byte, and names alone do not count."""
    foreign: Names = made_up("frn")
    absent = twin(foreign)
    about = b"there is none: " + foreign.topic.encode() + foreign.topic_id
    assert told_of(about, foreign, absent) == (
        b"there is none: " + absent.topic.encode() + absent.topic_id
    )
    assert told_of(about + b"\x01", foreign, absent) != told_of(about, foreign, absent) + b"\x00"
    assert CLOSED != b""
