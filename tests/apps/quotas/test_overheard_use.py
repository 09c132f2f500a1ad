"""What the web processes count, as a command hears it that is none of them."""

import pytest
from django.conf import settings

from streaming.quotas import used
from streaming.quotas.budgets import Budgets
from streaming.quotas.exchange import Exchange, channel_name
from streaming.quotas.used import overheard_use, used_of
from tests.waiting import wait_until


@pytest.fixture
def processes(stores, monkeypatch):
    """Two web processes that tell each other what they are asked for."""
    budgets = [Budgets(), Budgets()]
    exchanges = [Exchange(settings.HEADWATER.redis_url, channel_name(), each) for each in budgets]
    for each in exchanges:
        each.start()
    yield budgets
    for each in exchanges:
        each.stop()


def heard(tenant, use):
    """It is told sooner or later: whom a busy machine keeps from speaking, a look misses."""
    wait_until(lambda: overheard_use(tenant) == use, f"{use} of {tenant}")


def test_it_is_the_sum_over_all_processes(processes):
    first, second = processes
    for each, count in ((first, 2), (second, 1)):
        for _ in range(count):
            each.open_socket("acme")
    second.open_socket("rival")
    heard("acme", {"websockets": 3.0, "rest_requests_per_s": 0.0})
    heard("nobody", {"websockets": 0.0, "rest_requests_per_s": 0.0})


def test_requests_are_those_of_the_tenant():
    said = {"a": {"requests:acme": 2.04, "sockets:acme": 1.0}, "b": {"requests:acme": 3.0}}
    assert used_of("acme", said) == {"websockets": 1.0, "rest_requests_per_s": 5.0}


def test_where_nobody_speaks_it_is_not_known(stores, monkeypatch):
    monkeypatch.setattr(used, "channel_name", lambda: "another deployment's")
    assert overheard_use("acme") == {}

    def away():
        raise ConnectionRefusedError

    monkeypatch.setattr(used, "_overheard", away)
    assert overheard_use("acme") == {}
