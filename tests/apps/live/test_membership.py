"""A member of a group against a coordinator that gives and takes as it likes."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from streaming.live.membership import Lose, Membership, Release, Take

PARTITIONS = st.sets(st.integers(0, 5))


def test_what_is_taken_back_waits_for_its_commit():
    member = Membership("m")
    assert member.on_heartbeat(1, [0, 1]) == [Take((0, 1))]
    assert member.on_heartbeat(1, None) == []
    assert member.on_heartbeat(2, [1]) == [Release((0,))]
    member.release({0: 7})
    assert member.owned == {0, 1}
    assert member.on_committed({0: 6}) == []
    assert member.on_committed({0: 7}) == [0]
    assert member.owned == {1}


def test_one_that_is_fenced_loses_all_and_joins_anew():
    member = Membership("m")
    member.on_heartbeat(4, [0, 1])
    assert member.on_fenced() == Lose((0, 1))
    assert (member.epoch, member.owned) == (0, set())
    assert member.on_heartbeat(5, [1]) == [Take((1,))]


class MemberOfAGroup(RuleBasedStateMachine):
    """``reading`` is what the socket is sent: it may never go beyond what the group has given and
    the member still tells that it owns."""

    @initialize()
    def begin(self):
        self.member = Membership("m")
        self.reading = set()
        self.epoch = 0

    @rule(given=st.none() | PARTITIONS)
    def a_heartbeat_is_answered(self, given):
        self.epoch += 1
        for change in self.member.on_heartbeat(self.epoch, given):
            match change:
                case Take(partitions):
                    assert not self.reading & set(partitions)
                    self.reading |= set(partitions)
                case Release(partitions):
                    assert set(partitions) <= self.reading
                    self.reading -= set(partitions)
                    self.member.release(dict.fromkeys(partitions, 5))
        if given is not None:
            assert self.reading <= given

    @precondition(lambda self: self.member.awaiting)
    @rule(offset=st.integers(4, 6))
    def the_reader_commits(self, offset):
        waiting = set(self.member.awaiting)
        given_up = self.member.on_committed(dict.fromkeys(waiting, offset))
        assert set(given_up) == (waiting if offset >= 5 else set())

    @rule()
    def time_is_up(self):
        self.member.give_up(list(self.member.awaiting))
        assert not self.member.awaiting

    @rule()
    def it_is_fenced(self):
        lost = self.member.on_fenced()
        assert self.reading <= set(lost.partitions)
        self.reading.clear()

    @invariant()
    def it_reads_what_it_owns_and_does_not_release(self):
        assert self.reading == self.member.readable
        assert set(self.member.awaiting) <= self.member.owned


MemberOfAGroup.TestCase.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
TestMember = MemberOfAGroup.TestCase
