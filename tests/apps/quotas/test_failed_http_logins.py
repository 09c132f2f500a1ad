"""Failures to log in, by address."""

from streaming.quotas import failed_logins
from streaming.quotas.failed_logins import FailedLogins


class Clock:
    ms = 0

    def __call__(self):
        return self.ms


def test_an_address_that_fails_too_often_waits():
    clock = Clock()
    logins = FailedLogins(clock)
    for _ in range(60):
        assert logins.seconds_to_wait("192.0.2.1") == 0
        logins.failed("192.0.2.1")
    assert logins.seconds_to_wait("192.0.2.1") == 1
    assert logins.seconds_to_wait("192.0.2.2") == 0
    clock.ms += 1_000
    assert logins.seconds_to_wait("192.0.2.1") == 0


def test_failing_on_while_waiting_makes_the_wait_no_longer():
    clock = Clock()
    logins = FailedLogins(clock)
    for _ in range(500):
        logins.failed("192.0.2.1")
    assert logins.seconds_to_wait("192.0.2.1") == 1


def test_a_host_of_ipv6_cannot_move_within_its_network():
    logins = FailedLogins(Clock())
    for number in range(60):
        logins.failed(f"2001:db8::{number:x}")
    assert logins.seconds_to_wait("2001:db8::ffff") == 1
    assert logins.seconds_to_wait("2001:db8:0:1::1") == 0


def test_addresses_are_bounded_in_number(monkeypatch):
    monkeypatch.setattr(failed_logins, "ADDRESSES_MAX", 3)
    logins = FailedLogins(Clock())
    for number in range(4):
        for _ in range(100):
            logins.failed(f"a{number}")
    assert logins.seconds_to_wait("a0") == 0, "forgotten for the fourth"
    assert all(logins.seconds_to_wait(f"a{number}") == 1 for number in (1, 2, 3))
