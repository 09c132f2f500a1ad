"""The model of ``test_election_model``, whose store is restored from the past at any moment.

Each broker keeps the record that it acted on last. What is rebuilt from these must satisfy the same
invariants: nobody who lacks a committed record is in sync, eligible or elected.
"""

from dataclasses import replace

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import rule

from brokers.metadata.election import minimum_of
from brokers.metadata.recovery import Evidence, rebuilt
from tests.unit.metadata.partitions import check
from tests.unit.metadata.test_election_model import BROKERS, PartitionOfACell, one_broker


class RestoredCell(PartitionOfACell):
    def __init__(self):
        self.facts = {}
        self.begun = {}
        """The record by which a broker began anew with nothing: it has read this one at least."""
        self.history = []
        super().__init__()
        self.facts = dict.fromkeys(self.record.replicas, self.record)

    def read(self):
        super().read()
        self.keep(self.record.leader, self.record)

    def keep(self, number, record):
        """Before it acts on it."""
        known = self.facts.get(number)
        if number is not None and (known is None or known.partition_epoch < record.partition_epoch):
            self.facts[number] = record

    def write(self, after):
        self.history.append((self.record, self.configured))
        super().write(after)

    @rule(number=one_broker)
    def learn(self, number):
        if number in self.record.replicas or number in self.facts:
            self.keep(number, self.record)

    @rule(reads=st.booleans())
    def leader_commits(self, reads):
        super().leader_commits(reads)
        for number in self.awaited:
            # It has made records durable at the leader's epoch, so it knows of that epoch.
            known = self.facts.get(number)
            if known is None or known.leader_epoch < self.known.leader_epoch:
                self.keep(number, self.begun.get(number, self.known))
                self.keep(number, self.known)

    @rule(number=one_broker, has_its_volume=st.booleans())
    def register(self, number, has_its_volume):
        if not has_its_volume:
            self.facts.pop(number, None)
        super().register(number, has_its_volume)
        if not has_its_volume:
            self.begun[number] = self.record

    @rule(first=one_broker, second=one_broker)
    def find_corruption(self, first, second):
        had = {*self.complete}
        super().find_corruption(first, second)
        for number in had - self.complete:
            self.facts.pop(number, None)
            self.begun[number] = self.record

    @rule(data=st.data())
    def restore(self, data):
        row, configured = data.draw(st.sampled_from(self.history or [(self.record, 2)]))
        self.configured = configured
        evidence = Evidence(row=row, facts=self.facts, unclean=())
        minimum = minimum_of(evidence.latest, configured) if evidence.latest else 1
        if not evidence.is_complete:
            return  # Then records may be lost, and the operator is told so.
        after = rebuilt(evidence, is_synced=True, live=BROKERS, minimum=minimum)
        if after is None:
            return
        check(after)
        for known in [row, *self.facts.values()]:
            assert after.leader_epoch > known.leader_epoch
            assert after.partition_epoch > known.partition_epoch
        live = {number: _unfenced(each) for number, each in self.brokers.items()}
        self.brokers = live
        self.record = after
        self.history, self.begun = [], {}
        self.facts = {number: after for number in {*after.replicas} if number in {*self.facts}}
        self.caught_up = {}
        self.read()


def _unfenced(broker):
    return replace(broker, fenced=False)


TestRestoredCell = RestoredCell.TestCase
TestRestoredCell.settings = settings(max_examples=100, stateful_step_count=40, deadline=None)
