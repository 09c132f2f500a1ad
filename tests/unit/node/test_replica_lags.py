"""What a leader tells of followers that are behind."""

from types import SimpleNamespace

from brokers.log.partition_log import LogSizes
from brokers.metadata.lags import ReplicaLag
from brokers.node.replica_lags import LAGS_MAX, ReplicaLags


def partition(*behind, index=0, end=1000, start=0, size=100_000):
    """``behind``: replica, up to where it is durable, since when."""
    return SimpleNamespace(
        topic_id=b"t" * 16,
        index=index,
        followers_behind=lambda _: behind,
        log=SimpleNamespace(describe=lambda: LogSizes(size, 1, start, end, end)),
    )


def test_the_rate_is_what_was_copied_since_the_look_before():
    lags = ReplicaLags()
    (first,) = lags.look([partition((3, 100, 5_000))], {3}, 0)
    assert first == ReplicaLag(b"t" * 16, 0, 3, 900, 5_000, 90_000, 0)
    assert first.seconds_left is None
    (second,) = lags.look([partition((3, 200, 5_500))], {3}, 500)
    assert (second.records, second.bytes_left, second.bytes_per_second) == (800, 80_000, 20_000)
    assert second.seconds_left == 4
    (third,) = lags.look([partition((3, 200, 6_000))], {3}, 1_000)
    assert 0 < third.bytes_per_second < 20_000


def test_a_replica_that_begins_anew_has_no_rate_yet():
    lags = ReplicaLags()
    lags.look([partition((3, 100, 0))], {3}, 0)
    lags.look([partition((3, 200, 0))], {3}, 500)
    (anew,) = lags.look([partition((3, 0, 0))], {3}, 1_000)
    assert anew.bytes_per_second == 0


def test_what_retention_let_go_is_not_left_to_copy():
    (lag,) = ReplicaLags().look([partition((3, 0, 0), start=600, size=40_000)], {3}, 0)
    assert (lag.records, lag.bytes_left) == (400, 40_000)


def test_the_furthest_behind_are_told_and_the_dead_are_not():
    many = [partition((2, 999, 0), (3, 1, 0), index=each) for each in range(LAGS_MAX + 5)]
    told = ReplicaLags().look(many, {2, 3}, 0)
    assert len(told) == LAGS_MAX
    assert {lag.replica for lag in told} == {3}
    assert {lag.replica for lag in ReplicaLags().look(many, {2}, 0)} == {2}


def test_json_says_it_all():
    lag = ReplicaLag(b"t" * 16, 1, 2, 3, 4, 5, 6)
    assert ReplicaLag.from_json(lag.to_json()) == lag
