"""API keys while the database comes and goes."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import OperationalError

from streaming.access import key_caller
from streaming.access.errors import AccessUnavailable, NotAuthenticated
from streaming.access.key_cache import FRESH_SECONDS, KeyCache
from streaming.records.identity import ADMINISTER, READ, WRITE
from tenants import origin
from tenants.selectors.api_keys import Authenticated


class Database:
    """Stands where the tenants app is asked; counts how often."""

    away = False
    knows = True
    asked = 0
    last_used_at = None

    def __init__(self):
        self.noted = []

    def authenticate(self, key_id, secret):
        self.asked += 1
        if self.away:
            raise OperationalError
        if not self.knows or secret != "right":
            return None
        return Authenticated(
            key_id, uuid4(), "acme", "lkc-1", "User:app", False, None,
            last_used_at=self.last_used_at,
        )  # fmt: skip


@pytest.fixture
def clock(monkeypatch):
    class Clock:
        now = 0.0

    monkeypatch.setattr(key_caller, "_cache", KeyCache(lambda: Clock.now, lambda: Clock.now))
    return Clock


@pytest.fixture
def database(monkeypatch, clock):
    database = Database()
    monkeypatch.setattr(key_caller, "authenticate_api_key", database.authenticate)
    monkeypatch.setattr(key_caller, "note_key_uses", database.noted.extend)
    return database


def test_a_service_account_reads_and_writes(database):
    caller = key_caller.caller_of_key("HW1", "right")
    (access,) = caller.tenants
    assert access.scopes == {READ, WRITE}
    assert ADMINISTER not in access.scopes
    assert (access.principal, access.cluster_id) == ("User:app", "lkc-1")


def test_the_database_is_asked_again_when_its_answer_is_old(database, clock):
    for _ in range(5):
        key_caller.caller_of_key("HW1", "right")
    assert database.asked == 1
    database.knows = False
    clock.now += FRESH_SECONDS + 1
    with pytest.raises(NotAuthenticated):
        key_caller.caller_of_key("HW1", "right")


def test_a_key_that_was_seen_goes_on_while_the_database_is_away(database, clock):
    known = key_caller.caller_of_key("HW1", "right")
    database.away = True
    clock.now += 60
    assert key_caller.caller_of_key("HW1", "right") is known
    with pytest.raises(AccessUnavailable):
        key_caller.caller_of_key("HW1", "wrong")
    with pytest.raises(AccessUnavailable):
        key_caller.caller_of_key("HW2", "right")


def test_refusals_are_not_remembered(database):
    database.knows = False
    with pytest.raises(NotAuthenticated):
        key_caller.caller_of_key("HW1", "right")
    database.knows = True
    assert key_caller.caller_of_key("HW1", "right")


def test_a_use_is_noted_once_a_minute(database, clock):
    with origin.acting(origin.Origin(source="192.0.2.1")):
        key_caller.caller_of_key("HW1", "right")
    (noted,) = database.noted
    assert (noted.key_id, noted.address) == ("HW1", "192.0.2.1")
    clock.now += FRESH_SECONDS + 1
    database.last_used_at = noted.at
    key_caller.caller_of_key("HW1", "right")
    assert len(database.noted) == 1
    clock.now += FRESH_SECONDS + 1
    database.last_used_at = noted.at - timedelta(seconds=61)
    key_caller.caller_of_key("HW1", "right")
    assert len(database.noted) == 2


def test_a_key_with_limits_administers_nothing():
    for restriction, scopes in [
        (None, {READ, WRITE, ADMINISTER}),
        ({"topics": [], "groups": None, "read_only": False}, {READ, WRITE}),
        ({"topics": None, "groups": None, "read_only": True}, {READ}),
    ]:
        found = Authenticated(
            "HW1", uuid4(), "acme", "lkc-1", "User:tenant-admin", True, None, restriction
        )
        (access,) = key_caller.caller_of_live_key(found).tenants
        assert access.scopes == scopes
        assert access.identity.key_id == "HW1"
