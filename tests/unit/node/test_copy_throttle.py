"""How fast new replicas are copied."""

from brokers.node.copy_throttle import BURST_MS, LOOK_AGAIN_MS, CopyThrottle


def test_without_a_rate_there_is_no_limit():
    throttle = CopyThrottle()
    throttle.copied(10**9, 0)
    assert throttle.allowance(0) is None


def test_the_same_rate_again_forgets_no_debt_and_another_one_does():
    throttle = CopyThrottle()
    throttle.set_rate(100, 0)
    throttle.copied(10_000, 0)
    throttle.set_rate(100, 10)
    assert throttle.allowance(10) < 0
    throttle.set_rate(1_000_000, 20)
    assert throttle.allowance(20) == 1_000_000 * BURST_MS / 1000


def test_a_copy_looks_again_soon_whatever_it_owes():
    throttle = CopyThrottle()
    throttle.set_rate(1, 0)
    throttle.copied(10**9, 0)
    assert throttle.wait_ms(0) == LOOK_AGAIN_MS
