"""Audit entries as events: which are told, to whom, by whom."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brokers.authorization.resource import CLUSTER_NAME, ResourceType
from streaming.events.endpoint import parse_events_request
from streaming.events.event import Cursor, Entry, event_of, parse_cursor
from streaming.records.identity import ADMINISTER, READ
from streaming.rest.consume_request import InvalidQuery

AT = datetime(2026, 1, 2, 3, 4, 5, 678000, tzinfo=UTC)


def entry(action, by="User:@ada"):
    return Entry(7, AT, by, action, "thing", {"n": 1})


def test_an_event_says_what_the_entry_said():
    event = event_of(entry("topic.create"))
    assert (event.type, event.object, event.by, event.detail) == (
        "topic.created",
        "thing",
        "ada",
        {"n": 1},
    )
    assert event.at_ms == 1767323045678


@pytest.mark.parametrize(
    ("action", "needs"),
    [
        ("topic.delete", READ),
        ("broker.fence", READ),
        ("api_key.issue", ADMINISTER),
        ("member.remove", ADMINISTER),
        ("service_account.delete", ADMINISTER),
    ],
)
def test_who_may_be_told(action, needs):
    assert event_of(entry(action)).needs == needs


def test_what_a_service_account_must_be_allowed_to_describe():
    assert event_of(entry("topic.delete")).about == (ResourceType.TOPIC, "thing")
    assert event_of(entry("broker.fence")).about == (ResourceType.CLUSTER, CLUSTER_NAME)


def test_what_was_refused_did_not_happen():
    refused = Entry(7, AT, "User:app", "topic.create", "thing", {"count": 3}, was_done=False)
    assert event_of(refused) is None


@pytest.mark.parametrize("action", ["user.set_password", "cell.recover", "partition.mend", ""])
def test_what_is_told_to_nobody(action):
    assert event_of(entry(action)) is None


@pytest.mark.parametrize(
    ("by", "told"),
    [
        ("User:@ada@example.org", "ada@example.org"),
        ("User:billing", "User:billing"),
        ("root (command line)", "root (command line)"),
        ("broker:2", None),
        ("controller", None),
    ],
)
def test_who_did_it(by, told):
    assert event_of(entry("broker.drain", by)).by == told


@given(st.integers(0, 10**18 - 1), st.integers(0, 10**18 - 1))
def test_a_cursor_is_read_as_it_was_written(tenant, platform):
    cursor = Cursor(tenant, platform)
    assert parse_cursor(str(cursor)) == cursor


@pytest.mark.parametrize("text", ["", "1", "1-", "-1-2", "1-2-3", "1-x", "٣-1", "1" * 19 + "-1"])
def test_what_is_no_cursor(text):
    assert parse_cursor(text) is None


@pytest.mark.parametrize("query", [b"since=", b"since=x", b"tenants=a", b"\xff=1"])
def test_queries_that_are_refused(query):
    with pytest.raises(InvalidQuery):
        parse_events_request(query)
