"""Every decision on a partition, in any order, against who truly has what was committed.

The model knows which brokers have every committed record. The leader may be late in learning what
the metadata store says, commits by what it knows, and waits for the union of what it proposed. None
of it may ever elect, or call in sync or eligible, a broker that lacks a committed record.
"""

from contextlib import suppress
from dataclasses import replace

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from brokers.kernel.errors import Refusal
from brokers.metadata import election, reassignment
from brokers.metadata.isr_proposals import accepted
from brokers.metadata.rejoining import Restart, rejoined
from tests.unit.metadata.partitions import broker, check, check_step, ids, partition

BROKERS = ids(1, 2, 3, 4)
one_broker = st.sampled_from(BROKERS)


class PartitionOfACell(RuleBasedStateMachine):
    def __init__(self):
        super().__init__()
        self.brokers = {number: broker(number) for number in BROKERS}
        self.record = partition(replicas=(1, 2, 3), leader_epoch=0, partition_epoch=0)
        self.configured = 2
        self.complete = set(self.record.isr)
        self.caught_up = {}
        """The incarnation in which each broker was last seen to have everything."""
        self.read()

    def read(self):
        """The leader learns what the store says now."""
        self.known = self.record
        self.known_minimum = self.minimum
        self.awaited = set(self.record.isr)

    def reassigned(self, after):
        """Somebody who surely has everything is left, if there was somebody."""
        had = self.record.isr or self.record.eligible_leaders
        self.write(after)
        assert not had or self.record.isr or self.record.eligible_leaders

    @property
    def live(self):
        return {each.id for each in self.brokers.values() if not each.fenced}

    @property
    def minimum(self):
        return election.minimum_of(self.record, self.configured)

    def write(self, after):
        if after is None:
            return
        check_step(self.record, after)
        before, self.record = self.record, after
        if after.leader_epoch != before.leader_epoch:
            # Whoever leads now begins by what the store says; an earlier leader's followers have
            # gone to the new epoch, so it commits nothing more. Fetches of before do not count.
            self.read()
            self.caught_up = {}

    # What the leader does.

    @rule(reads=st.booleans())
    def leader_commits(self, reads):
        if reads:
            self.read()
        leads = self.known.leader is not None and self.known.leader == self.record.leader
        if leads and len(self.known.isr) >= self.known_minimum:
            self.complete &= self.awaited
            # All of them have fetched it, and it saw in which incarnation.
            self.caught_up = {each: self.brokers[each].incarnation for each in self.complete}

    @rule(number=one_broker)
    def catch_up(self, number):
        self.catch_up_now(number)

    def catch_up_now(self, number):
        leader = self.known.leader
        if leader in self.complete and number in self.live & {*self.known.replicas}:
            self.complete.add(number)
            self.caught_up[number] = self.brokers[number].incarnation

    @precondition(lambda self: self.known.leader is not None)
    @rule(data=st.data())
    def leader_proposes(self, data):
        leader = self.known.leader
        one = data.draw(st.sampled_from(self.known.replicas), label="joins or leaves")
        if data.draw(st.booleans(), label="catches up first"):
            self.catch_up_now(one)
        members = {*self.known.isr} ^ {one} | {leader}
        members = {each for each in members if each in self.known.isr or each in self.caught_up}
        seen = [(each, self.caught_up.get(each, 0)) for each in sorted(members)]
        self.awaited |= members
        with suppress(Refusal):
            self.write(
                accepted(
                    self.record,
                    leader=leader,
                    leader_epoch=self.known.leader_epoch,
                    partition_epoch=self.known.partition_epoch,
                    isr=seen,
                    brokers=self.brokers,
                    minimum=self.minimum,
                )
            )

    # What happens to brokers.

    @rule(data=st.data())
    def fence(self, data):
        number = data.draw(st.sampled_from(self.record.isr or BROKERS), label="number")
        if number in self.live:
            self.brokers[number] = replace(self.brokers[number], fenced=True)
            self.write(election.without(self.record, number, live=self.live, minimum=self.minimum))

    @rule(number=one_broker, has_its_volume=st.booleans())
    def register(self, number, has_its_volume):
        before = self.brokers[number]
        self.brokers[number] = replace(before, fenced=False, incarnation=before.incarnation + 1)
        if not has_its_volume:
            self.complete.discard(number)
        restart = Restart(number, is_clean=False, has_its_volume=has_its_volume)
        self.write(
            rejoined(self.record, restart, is_synced=True, live=self.live, minimum=self.minimum)
            if number in self.record.replicas
            else None
        )

    @rule(first=one_broker, second=one_broker)
    def find_corruption(self, first, second):
        """Two at once may have counted on each other: both looked at the record of before."""
        seen = self.record
        for number in (first, second):
            if not election.others_are_complete(seen, number):
                continue
            with suppress(Refusal):
                after = election.given_up(
                    self.record,
                    number,
                    leader_epoch=seen.leader_epoch,
                    partition_epoch=seen.partition_epoch,
                    live=self.live,
                    minimum=self.minimum,
                )
                assert after.isr or after.eligible_leaders
                self.complete.discard(number)
                self.write(after)

    # What controllers and people do.

    @rule()
    def mend(self):
        self.write(election.elected(self.record, live=self.live, minimum=self.minimum))
        self.write(reassignment.finished(self.record, live=self.live))

    @rule()
    def prefer(self):
        with suppress(Refusal):
            self.write(election.moved_to(self.record, self.record.replicas[0], live=self.live))

    @rule(wanted=st.lists(one_broker, min_size=1, max_size=3, unique=True))
    def reassign(self, wanted):
        with suppress(Refusal):
            self.reassigned(reassignment.begun(self.record, wanted, known=BROKERS, live=self.live))

    @rule()
    def cancel(self):
        with suppress(Refusal):
            self.reassigned(reassignment.cancelled(self.record, live=self.live))

    @rule(configured=st.integers(1, 3))
    def configure(self, configured):
        self.configured = configured
        self.write(election.with_minimum(self.record, minimum=self.minimum))

    @precondition(lambda self: not self.complete & self.live)
    @rule(number=one_broker)
    def elect_uncleanly(self, number):
        with suppress(Refusal):
            after = election.elected_uncleanly(self.record, number, live=self.live)
            self.complete = {number}
            self.write(after)

    # What must be true.

    @invariant()
    def it_makes_sense(self):
        check(self.record)

    @invariant()
    def only_those_who_have_everything_count(self):
        assert set(self.record.isr) <= self.complete
        assert set(self.record.eligible_leaders) <= self.complete

    @invariant()
    def members_and_leaders_are_alive(self):
        assert set(self.record.isr) <= self.live

    @invariant()
    def there_is_a_leader_whenever_there_may_be_one(self):
        if self.record.leader is None:
            assert not self.record.isr
            assert election.elected(
                self.record, live=self.live, minimum=self.minimum
            ) is None or not set(self.record.eligible_leaders).isdisjoint(self.live)


TestPartitionOfACell = PartitionOfACell.TestCase
TestPartitionOfACell.settings = settings(max_examples=400, stateful_step_count=50, deadline=None)
