from streaming.api.login_throttle import BUCKETS_MAX, PER_ADDRESS, PER_LOGIN, LoginThrottle


class Clock:
    now = 100.0

    def __call__(self):
        return self.now


def test_a_login_is_tried_often_and_then_slowly():
    clock = Clock()
    throttle = LoginThrottle(clock)
    waits = [throttle.seconds_to_wait("10.0.0.1", "ann") for _ in range(PER_LOGIN.burst)]
    assert waits == [0] * PER_LOGIN.burst
    assert throttle.seconds_to_wait("10.0.0.1", "ANN") == PER_LOGIN.seconds_per_try
    assert throttle.seconds_to_wait("10.0.0.1", "bob") == 0
    clock.now += PER_LOGIN.seconds_per_try
    assert throttle.seconds_to_wait("10.0.0.1", "ann") == 0
    assert throttle.seconds_to_wait("10.0.0.1", "ann") > 0


def test_nobody_is_kept_out_by_what_others_guess_elsewhere():
    throttle = LoginThrottle(Clock())
    while not throttle.seconds_to_wait("10.0.0.1", "ann"):
        pass
    assert throttle.seconds_to_wait("10.0.0.2", "ann") == 0


def test_a_host_of_ipv6_cannot_move_within_its_network():
    throttle = LoginThrottle(Clock())
    waits = [throttle.seconds_to_wait(f"2001:db8::{n:x}", "ann") for n in range(100)]
    assert waits.count(0) == PER_LOGIN.burst
    assert throttle.seconds_to_wait("2001:db8:0:1::1", "ann") == 0


def test_an_address_that_tries_many_logins_is_slowed():
    throttle = LoginThrottle(Clock())
    for n in range(PER_ADDRESS.burst):
        assert throttle.seconds_to_wait("10.0.0.1", f"person{n}") == 0
    assert throttle.seconds_to_wait("10.0.0.1", "another") > 0
    assert throttle.seconds_to_wait("10.0.0.2", "another") == 0


def test_a_try_that_was_refused_does_not_count():
    clock = Clock()
    throttle = LoginThrottle(clock)
    for _ in range(PER_LOGIN.burst * 5):
        throttle.seconds_to_wait("10.0.0.1", "ann")
    clock.now += PER_LOGIN.seconds_per_try
    assert throttle.seconds_to_wait("10.0.0.1", "ann") == 0


def test_memory_is_bounded():
    throttle = LoginThrottle(Clock())
    for n in range(BUCKETS_MAX):
        throttle.seconds_to_wait(f"address{n}", f"login{n}")
    assert len(throttle._full_at) == BUCKETS_MAX
