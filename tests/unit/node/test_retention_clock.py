from brokers.node.retention_clock import PAUSE_MS, RetentionClock

HOUR = 3_600_000
YEAR = 365 * 24 * HOUR


def test_a_steady_clock_is_believed():
    clock = RetentionClock()
    for seconds in range(0, 10_000, 30):
        assert clock.believed(10**12 + seconds * 1000, seconds * 1000) == 10**12 + seconds * 1000


def test_after_a_jump_time_stands_still_for_an_hour():
    clock = RetentionClock()
    clock.believed(10**12, 0)
    jumped = 10**12 + YEAR
    assert clock.believed(jumped, 1000) == 10**12
    assert clock.believed(jumped + 30_000, 31_000) == 10**12
    assert clock.believed(jumped + PAUSE_MS, 1000 + PAUSE_MS) == jumped + PAUSE_MS


def test_a_clock_put_right_again_never_counted():
    clock = RetentionClock()
    clock.believed(10**12, 0)
    believed = [clock.believed(10**12 + YEAR, 1000), clock.believed(10**12 + 61_000, 61_000)]
    assert believed == [10**12, 10**12]
    after = 61_000 + PAUSE_MS
    assert clock.believed(10**12 + after, after) == 10**12 + after


def test_a_slow_drift_is_no_jump():
    clock = RetentionClock()
    wall = 10**12
    for monotonic in range(0, HOUR, 30_000):
        wall += 30_500
        assert clock.believed(wall, monotonic) == wall
