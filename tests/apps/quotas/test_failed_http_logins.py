"""Failures to log in over HTTP, by address and by key: whom they hold up, and whom not."""

from hypothesis import given
from hypothesis import strategies as st

from streaming.quotas import failed_logins
from streaming.quotas.failed_logins import FailedLogins

HERE, THERE = "192.0.2.1", "192.0.2.2"
KEY_TRIES = 10


class Clock:
    ms = 0

    def __call__(self):
        return self.ms


def test_an_address_that_fails_too_often_waits_whatever_the_keys():
    clock = Clock()
    logins = FailedLogins(clock)
    for number in range(60):
        assert logins.address_seconds(HERE) == 0
        logins.failed(HERE, f"HW{number}")
    assert logins.address_seconds(HERE) == 1
    assert logins.address_seconds(THERE) == 0
    clock.ms += 1_000
    assert logins.address_seconds(HERE) == 0


def test_a_key_that_fails_too_often_waits_there():
    clock = Clock()
    logins = FailedLogins(clock)
    for _ in range(KEY_TRIES):
        assert logins.key_seconds(HERE, "HW1") == 0
        logins.failed(HERE, "HW1")
    assert logins.key_seconds(HERE, "HW1") == 10
    assert logins.address_seconds(HERE) == 0
    clock.ms += 9_999
    assert logins.key_seconds(HERE, "HW1") == 1
    clock.ms += 1
    assert logins.key_seconds(HERE, "HW1") == 0


@given(st.lists(st.tuples(st.sampled_from([HERE, THERE]), st.sampled_from(["HW1", "HW2"]))))
def test_no_key_waits_for_what_others_did_or_what_was_done_elsewhere(failures):
    logins = FailedLogins(Clock())
    for address, key_id in failures:
        logins.failed(address, key_id)
    for address in (HERE, THERE):
        for key_id in ("HW1", "HW2"):
            own = failures.count((address, key_id))
            assert (logins.key_seconds(address, key_id) > 0) == (own >= KEY_TRIES)


def test_failing_on_while_waiting_makes_the_wait_no_longer():
    logins = FailedLogins(Clock())
    for _ in range(500):
        logins.failed(HERE, "HW1")
    assert logins.address_seconds(HERE) == 1
    assert logins.key_seconds(HERE, "HW1") == 10


def test_a_host_of_ipv6_cannot_move_within_its_network():
    logins = FailedLogins(Clock())
    for number in range(60):
        logins.failed(f"2001:db8::{number:x}", "HW1")
    assert logins.address_seconds("2001:db8::ffff") == 1
    assert logins.key_seconds("2001:db8::ffff", "HW1") == 10
    assert logins.address_seconds("2001:db8:0:1::1") == 0
    assert logins.key_seconds("2001:db8:0:1::1", "HW1") == 0


def test_addresses_and_keys_are_bounded_in_number(monkeypatch):
    monkeypatch.setattr(failed_logins, "KEPT_MAX", 3)
    logins = FailedLogins(Clock())
    for number in range(4):
        for _ in range(100):
            logins.failed(f"a{number}", "HW1")
    assert logins.address_seconds("a0") == logins.key_seconds("a0", "HW1") == 0, "forgotten"
    assert all(logins.address_seconds(f"a{number}") == 1 for number in (1, 2, 3))
    assert all(logins.key_seconds(f"a{number}", "HW1") == 10 for number in (1, 2, 3))
