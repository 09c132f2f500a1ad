"""Failed logins: what they cost whoever fails, and that they cost nobody else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brokers.kernel.addresses import network_of
from brokers.node.authentication import failed_logins
from brokers.node.authentication.failed_logins import FailedLogins

HERE, THERE = "192.0.2.1", "192.0.2.2"
TRIES = 10
SECONDS_PER_TRY = 10


def test_a_key_that_fails_too_often_is_locked_out_there_for_a_while():
    logins = FailedLogins()
    for _ in range(TRIES):
        assert not logins.locks_out(HERE, "HW1", 0)
        logins.failed(HERE, "HW1", 0)
    assert logins.locks_out(HERE, "HW1", 0)
    logins.failed(HERE, "HW1", 0)
    assert logins.locks_out(HERE, "HW1", SECONDS_PER_TRY * 1000 - 1)
    assert not logins.locks_out(HERE, "HW1", SECONDS_PER_TRY * 1000)


@given(st.lists(st.tuples(st.sampled_from([HERE, THERE]), st.sampled_from(["HW1", "HW2"]))))
def test_nobody_is_locked_out_by_what_others_do(failures):
    logins = FailedLogins()
    for address, key_id in failures:
        logins.failed(address, key_id, 0)
    for address in (HERE, THERE):
        for key_id in ("HW1", "HW2"):
            own = failures.count((address, key_id))
            assert logins.locks_out(address, key_id, 0) == (own >= TRIES)


def test_a_flood_is_one_whatever_the_keys():
    logins = FailedLogins()
    for number in range(120):
        assert not logins.is_flooded_by(HERE, 0)
        logins.failed(HERE, f"HW{number}", 0)
    assert logins.is_flooded_by(HERE, 0)
    assert not logins.is_flooded_by(THERE, 0)
    assert not logins.is_flooded_by(HERE, 1000)


def test_memory_is_bounded(monkeypatch):
    monkeypatch.setattr(failed_logins, "KEPT_MAX", 3)
    logins = FailedLogins()
    for _ in range(TRIES):
        logins.failed(HERE, "HW1", 0)
    for number in range(10, 12):
        logins.failed(HERE, f"HW{number}", 0)
    assert logins.locks_out(HERE, "HW1", 0)
    logins.failed(HERE, "HW12", 0)
    assert not logins.locks_out(HERE, "HW1", 0)


def test_so_many_wait_and_no_more():
    logins = FailedLogins()
    for _ in range(failed_logins.WAITING_PER_ADDRESS_MAX):
        assert logins.begin_waiting(HERE)
    assert not logins.begin_waiting(HERE)
    assert logins.begin_waiting(THERE)
    logins.end_waiting(HERE)
    assert logins.begin_waiting(HERE)


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("a:b", "a:b"),
        ("?", "?"),
    ],
)
def test_where_a_host_comes_from(address, network):
    assert network_of(address) == network
