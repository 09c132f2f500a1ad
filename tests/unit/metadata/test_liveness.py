from brokers.metadata.liveness import Liveness


def test_a_counter_that_does_not_rise_is_late():
    liveness = Liveness(session_timeout_ms=6000)
    liveness.read({1: (1, 5), 2: (1, 5)}, 0)
    liveness.read({1: (1, 6), 2: (1, 5)}, 4000)
    assert liveness.late(6000) == []
    assert liveness.late(6001) == [(2, 1)]
    assert liveness.late(10_001) == [(1, 1), (2, 1)]


def test_a_new_incarnation_starts_anew():
    liveness = Liveness(session_timeout_ms=6000)
    liveness.read({1: (1, 5)}, 0)
    liveness.read({1: (2, 5)}, 5000)
    assert liveness.late(10_000) == []
    assert liveness.late(11_001) == [(1, 2)]


def test_ages_start_anew_when_the_store_returns():
    liveness = Liveness(session_timeout_ms=6000)
    liveness.read({1: (1, 5)}, 0)
    liveness.unreadable()
    assert liveness.late(60_000) == []
    liveness.read({1: (1, 5)}, 60_000)
    assert liveness.late(66_000) == []
    assert liveness.late(66_001) == [(1, 1)]


def test_a_fenced_broker_is_no_longer_judged():
    liveness = Liveness(session_timeout_ms=6000)
    liveness.read({1: (1, 5)}, 0)
    liveness.read({}, 7000)
    assert liveness.late(20_000) == []
