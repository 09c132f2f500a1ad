"""The leader's state against a plain model: a record is committed when every in-sync replica has
it."""

from dataclasses import replace

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from brokers.replication.leader import (
    DurableEndMoved,
    HighWatermarkRose,
    Leader,
)

REPLICAS = (1, 2, 3)


def new_leader(**fields) -> Leader:
    defaults = {
        "epoch": 3,
        "epoch_start": 10,
        "isr": frozenset({1}),
        "minimum_isr": 1,
        "high_watermark": 0,
    }
    return Leader(**(defaults | fields))


def test_alone_the_durable_end_is_the_high_watermark():
    leader = new_leader()
    assert leader.on_durable_end(1, 12) == (DurableEndMoved(1, 12), HighWatermarkRose(12))


def test_deciding_changes_nothing():
    leader = new_leader(isr=frozenset({1, 2}))
    before = replace(leader, durable_ends=dict(leader.durable_ends))
    leader.on_durable_end(1, 12)
    leader.on_membership({1}, 1)
    assert leader == before


def test_an_end_that_is_known_says_nothing():
    leader = new_leader()
    for event in leader.on_durable_end(1, 12):
        leader.replay(event)
    assert leader.on_durable_end(1, 12) == ()
    assert leader.on_durable_end(1, 5) == ()


def test_the_latest_offset_is_known_from_the_epochs_start_on():
    leader = new_leader(epoch_start=10)
    assert not leader.knows_latest_offset
    for event in leader.on_durable_end(1, 10):
        leader.replay(event)
    assert leader.knows_latest_offset


def test_below_the_minimum_nothing_is_committed():
    leader = new_leader(isr=frozenset({1}), minimum_isr=2)
    assert leader.is_under_minimum_isr
    assert leader.on_durable_end(1, 12) == (DurableEndMoved(1, 12),)


def test_a_laggard_that_leaves_lets_the_high_watermark_rise():
    leader = new_leader(isr=frozenset({1, 2}))
    for event in leader.on_durable_end(1, 12):
        leader.replay(event)
    assert leader.high_watermark == 0
    assert HighWatermarkRose(12) in leader.on_membership({1}, 1)


class LeaderModel(RuleBasedStateMachine):
    def __init__(self):
        super().__init__()
        self.leader = new_leader(isr=frozenset(REPLICAS), minimum_isr=2)
        self.ends = dict.fromkeys(REPLICAS, -1)
        self.isr = set(REPLICAS)
        self.highest = 0

    def apply(self, events):
        for event in events:
            self.leader.replay(event)
        if len(self.isr) >= 2:
            self.highest = max(self.highest, min(self.ends[member] for member in self.isr))

    @rule(replica=st.sampled_from(REPLICAS), end=st.integers(0, 50))
    def report(self, replica, end):
        self.ends[replica] = max(self.ends[replica], end)
        self.apply(self.leader.on_durable_end(replica, end))

    @rule(isr=st.sets(st.sampled_from(REPLICAS)))
    def change_membership(self, isr):
        self.isr = set(isr)
        self.apply(self.leader.on_membership(isr, 2))

    @invariant()
    def high_watermark_is_the_models(self):
        assert self.leader.high_watermark == self.highest


TestLeaderModel = LeaderModel.TestCase
TestLeaderModel.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
