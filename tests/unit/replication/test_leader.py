"""The leader's state: single rules by hand, and all of it against a plain model."""

from copy import deepcopy

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from brokers.replication.leader import (
    LAG_MS_MAX,
    SILENT_MS_MAX,
    HighWatermarkRose,
    IsrProposed,
    Leader,
)

REPLICAS = (1, 2, 3)
LIVE = dict.fromkeys(REPLICAS, 1)


def new_leader(*isr: int, **fields) -> Leader:
    defaults = {
        "replica": 1,
        "epoch": 3,
        "epoch_start": 10,
        "isr": frozenset(isr or REPLICAS),
        "partition_epoch": 5,
        "minimum_isr": 2,
        "high_watermark": 0,
        "began_ms": 0,
    }
    return Leader(**(defaults | fields))


def apply(leader: Leader, events: tuple) -> tuple:
    for event in events:
        leader.replay(event)
    return events


def fetch(leader: Leader, replica: int, end: int, *, now_ms=0, log_end=100, run=1, live=True):
    return apply(
        leader,
        leader.on_fetch(replica, run, end, log_end=log_end, now_ms=now_ms, is_live=live),
    )


def tick(leader: Leader, now_ms: int, *, log_end=100, heard=None, live=LIVE):
    heard_ms = {2: now_ms, 3: now_ms} if heard is None else heard
    return apply(
        leader, leader.on_tick(now_ms=now_ms, log_end=log_end, heard_ms=heard_ms, live=live)
    )


def proposals(events: tuple) -> list[set[int]]:
    return [set(event.isr) for event in events if isinstance(event, IsrProposed)]


def change(leader: Leader, *isr: int, minimum: int = 2) -> None:
    apply(leader, leader.on_membership(frozenset(isr), leader.partition_epoch + 1, minimum))
    apply(leader, leader.on_recount())


def test_what_the_slowest_in_sync_replica_has_is_committed():
    leader = new_leader()
    apply(leader, leader.on_durable_end(12))
    fetch(leader, 2, 9)
    assert leader.high_watermark == 0
    fetch(leader, 3, 11)
    assert leader.high_watermark == 9


def test_deciding_changes_nothing():
    leader = new_leader()
    fetch(leader, 2, 12)
    before = deepcopy(leader)
    leader.on_durable_end(12)
    leader.on_fetch(3, 1, 50, log_end=60, now_ms=1, is_live=True)
    leader.on_membership(frozenset({1}), 6, 1)
    leader.on_tick(now_ms=60_000, log_end=60, heard_ms={}, live=LIVE)
    assert leader == before


def test_alone_with_a_minimum_of_one_the_own_durable_end_is_committed():
    leader = new_leader(1, minimum_isr=1)
    assert HighWatermarkRose(12) in leader.on_durable_end(12)


def test_below_the_minimum_nothing_is_committed():
    leader = new_leader(1)
    apply(leader, leader.on_durable_end(12))
    assert leader.is_under_minimum_isr
    assert leader.high_watermark == 0


def test_the_latest_offset_is_known_from_the_epochs_start_on():
    leader = new_leader(1, 2, epoch_start=10)
    apply(leader, leader.on_durable_end(10))
    assert not leader.knows_latest_offset
    fetch(leader, 2, 10)
    assert leader.knows_latest_offset


def test_a_follower_joins_with_everything_from_the_epochs_start_on():
    leader = new_leader(1, 2, epoch_start=10)
    apply(leader, leader.on_durable_end(12))
    assert proposals(fetch(leader, 3, 9)) == []
    assert proposals(fetch(leader, 3, 10)) == [{1, 2, 3}]
    # One at a time: the next waits for the answer.
    assert proposals(fetch(leader, 3, 11)) == []


def test_a_follower_that_is_not_known_to_be_alive_joins_when_it_is():
    leader = new_leader(1, 2)
    assert proposals(fetch(leader, 3, 20, log_end=20, live=False)) == []
    assert proposals(tick(leader, 100, log_end=20, live={1: 1, 2: 1})) == []
    assert proposals(tick(leader, 200, log_end=20, live={1: 1, 2: 1, 3: 2})) == []
    assert proposals(tick(leader, 300, log_end=20)) == [{1, 2, 3}]


def test_while_a_change_is_under_way_everybody_named_in_it_is_waited_for():
    leader = new_leader(1, 2)
    apply(leader, leader.on_durable_end(20))
    fetch(leader, 3, 15)
    fetch(leader, 2, 20)
    assert leader.high_watermark == 15, "3 may be in sync by now"
    apply(leader, leader.on_answer())
    fetch(leader, 2, 20)
    assert leader.high_watermark == 15, "an answer that was lost decides nothing"
    change(leader, 1, 2)
    assert leader.high_watermark == 20


def test_an_unknown_outcome_is_cleared_by_proposing_again():
    leader = new_leader(1, 2)
    assert proposals(fetch(leader, 3, 15)) == [{1, 2, 3}]
    assert tick(leader, 100) == ()
    apply(leader, leader.on_answer())
    leader.followers.clear()  # The follower is not heard of any more: an unchanged set will do.
    assert proposals(tick(leader, 200)) == [{1, 2}]
    assert leader.maximal_isr == {1, 2, 3}


def test_a_silent_follower_is_left_behind():
    leader = new_leader()
    for replica in (2, 3):
        fetch(leader, replica, 50, now_ms=0)
    heard = {2: 5_000, 3: 5_000 - SILENT_MS_MAX - 1}
    assert proposals(tick(leader, 5_000, log_end=51, heard=heard)) == [{1, 2}]


def test_a_silent_follower_that_lacks_nothing_holds_nobody_up():
    leader = new_leader()
    for replica in (2, 3):
        fetch(leader, replica, 50)
    assert tick(leader, 60_000, log_end=50, heard={}) == ()


def test_a_follower_that_cannot_take_what_it_is_sent_is_left_behind_at_once():
    leader = new_leader()
    for replica in (2, 3):
        fetch(leader, replica, 50)
    assert tick(leader, 250, log_end=51) == ()
    stuck = leader.on_fetch(3, 1, 50, log_end=51, now_ms=260, is_live=True, took_nothing=True)
    apply(leader, stuck)
    assert tick(leader, 500, log_end=50) == (), "it lacks nothing"
    assert proposals(tick(leader, 500, log_end=51)) == [{1, 2}]


def test_a_follower_that_takes_records_again_is_as_any_other():
    leader = new_leader()
    for replica in (2, 3):
        fetch(leader, replica, 50)
    apply(
        leader,
        leader.on_fetch(3, 1, 50, log_end=60, now_ms=260, is_live=True, took_nothing=True),
    )
    fetch(leader, 3, 55, now_ms=300, log_end=60)
    assert tick(leader, 500, log_end=60) == ()


def test_who_is_behind_is_who_is_not_in_sync_or_has_lacked_something_for_a_second():
    leader = new_leader(1, 2)
    fetch(leader, 2, 50, log_end=50)
    fetch(leader, 3, 20, log_end=50, live=False)
    assert leader.behind(now_ms=1_000, log_end=60) == [(3, 20, 1_000)]
    assert leader.behind(now_ms=1_001, log_end=60) == [(2, 50, 1_001), (3, 20, 1_001)]
    assert leader.behind(now_ms=9_000, log_end=50) == [(3, 20, 9_000)]


def test_a_follower_that_asks_but_does_not_keep_up_is_left_behind():
    leader = new_leader()
    fetch(leader, 2, 100, now_ms=0)
    for now_ms in range(0, LAG_MS_MAX + 500, 500):
        fetch(leader, 2, 100 + now_ms, now_ms=now_ms, log_end=100 + now_ms)
        fetch(leader, 3, 50, now_ms=now_ms, log_end=100 + now_ms)
    assert proposals(tick(leader, LAG_MS_MAX + 500, log_end=20_000)) == [{1, 2}]


def test_one_who_always_has_what_there_was_when_it_asked_before_keeps_up():
    leader = new_leader()
    for now_ms in range(0, 2 * LAG_MS_MAX, 500):
        for replica in (2, 3):
            fetch(leader, replica, max(0, now_ms - 500), now_ms=now_ms, log_end=now_ms)
    assert tick(leader, 2 * LAG_MS_MAX, log_end=30_000) == ()


def test_whoever_left_says_anew_what_it_has():
    """It may have given up its log meanwhile: what was known of it is not known any more."""
    leader = new_leader()
    apply(leader, leader.on_durable_end(20))
    fetch(leader, 3, 20, log_end=20)
    change(leader, 1, 2)
    assert proposals(tick(leader, 100, log_end=20)) == []
    assert proposals(fetch(leader, 3, 20, log_end=20)) == [{1, 2, 3}]


def test_an_older_word_about_the_membership_changes_nothing():
    leader = new_leader()
    assert leader.on_membership(frozenset({1}), 4, 2) == ()


class LeaderModel(RuleBasedStateMachine):
    """Committed is what everybody has who may be in sync, as long as enough are."""

    def __init__(self):
        super().__init__()
        self.leader = new_leader()
        self.ends = dict.fromkeys(REPLICAS, -1)
        self.isr = set(REPLICAS)
        self.named: set[int] = set()
        self.highest = 0

    def take(self, events):
        for event in apply(self.leader, events):
            if isinstance(event, IsrProposed):
                assert event.partition_epoch == self.leader.partition_epoch
                assert 1 in event.isr
                self.named |= event.isr
        if len(self.isr) >= 2:
            waited_for = self.isr | self.named
            self.highest = max(self.highest, min(self.ends[each] for each in waited_for))

    @rule(end=st.integers(0, 50))
    def flush(self, end):
        self.ends[1] = max(self.ends[1], end)
        self.take(self.leader.on_durable_end(end))

    @rule(replica=st.sampled_from((2, 3)), end=st.integers(0, 50), live=st.booleans())
    def fetch(self, replica, end, live):
        self.ends[replica] = end
        self.take(self.leader.on_fetch(replica, 1, end, log_end=50, now_ms=0, is_live=live))

    @rule(now_ms=st.integers(0, 30_000), heard=st.integers(0, 30_000))
    def pass_time(self, now_ms, heard):
        heard_ms = {2: heard, 3: now_ms}
        self.take(self.leader.on_tick(now_ms=now_ms, log_end=50, heard_ms=heard_ms, live=LIVE))

    @rule()
    def lose_the_answer(self):
        self.take(self.leader.on_answer())

    @rule(others=st.sets(st.sampled_from((2, 3))))
    def change_membership(self, others):
        self.isr, self.named = {1, *others}, set()
        for replica in {2, 3} - others:
            self.ends[replica] = -1
        epoch = self.leader.partition_epoch + 1
        self.take(self.leader.on_membership(frozenset(self.isr), epoch, 2))
        self.take(self.leader.on_recount())

    @invariant()
    def high_watermark_is_the_models(self):
        assert self.leader.high_watermark == self.highest
        assert self.leader.maximal_isr == self.isr | self.named


TestLeaderModel = LeaderModel.TestCase
TestLeaderModel.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
