"""Every API in every version: what is another tenant's is answered like what does not exist."""

from collections.abc import Iterator

import pytest

from brokers.wire.registry import ApiKey
from tests.isolation.names import Names, made_up, marks, told_of, twin
from tests.isolation.side import CLOSED, SECRET, SERVED
from tests.isolation.wire_case import Case, naming_fields
from tests.isolation.wire_rows import ROWS
from tests.isolation.wire_world import LISTINGS, TwoTenants, two_tenants, what_they_have


@pytest.fixture(scope="module")
def tenants(edge) -> Iterator[TwoTenants]:
    with two_tenants(edge) as both:
        yield both


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
