"""Filter, backlog and subscription together, against a model: nothing vanishes uncounted."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from brokers.wire.records import Record
from streaming.live import backlog
from streaming.live.backlog import Backlog
from streaming.live.shared_batch import SharedBatch
from streaming.live.subscription import Mode, Subscription


def batch_of(start, offsets, next_offset):
    records = [Record(offset, 0, None, b"x" * 1000, ()) for offset in offsets]
    return SharedBatch(0, start, records, next_offset, next_offset)


def matches(offset):
    return offset % 3 == 0


class FilteredSubscriber(RuleBasedStateMachine):
    """One partition. The tail may bring batches while another is being looked at."""

    @initialize(
        mode=st.sampled_from(Mode),
        credits=st.none() | st.integers(0, 10),
        history=st.integers(0, 30),
        first=st.integers(0, 30),
        room=st.integers(1, 3),
    )
    def begin(self, mode, credits, history, first, room):
        self.bounds = backlog.BATCHES_MAX
        backlog.BATCHES_MAX = room
        self.end = self.tail = history
        self.log = list(range(history))
        self.first = min(first, history)
        self.sent = []
        self.reported = self.unmatched = 0
        self.looking_at = None
        self.subscription = Subscription.begin(mode, credits, {0: self.first}, {0: self.tail})
        self.backlog = Backlog()

    def teardown(self):
        backlog.BATCHES_MAX = getattr(self, "bounds", backlog.BATCHES_MAX)

    def take(self, part, matched):
        if part is not None:
            self.sent += matched[part.start : part.stop]
            self.reported += part.skipped

    @rule(records=st.integers(1, 8), gap=st.integers(0, 2))
    def the_log_grows_and_the_tail_follows(self, records, gap):
        offsets = list(range(self.end + gap, self.end + gap + records))
        self.log += offsets
        self.end = offsets[-1] + 1
        batch = batch_of(self.tail, offsets, self.end)
        self.tail = self.end
        self.backlog.push(batch, self.subscription)

    @precondition(lambda self: self.looking_at is None)
    @rule()
    def the_filter_takes_a_batch(self):
        self.looking_at = self.backlog.next(self.subscription)

    @precondition(lambda self: self.looking_at is not None)
    @rule()
    def the_filter_is_done_with_it(self):
        batch, self.looking_at = self.looking_at, None
        matched = [offset for offset in batch.offsets if matches(offset)]
        new = self.subscription.new_records(0, batch.offsets)
        state = self.subscription.partitions[0]
        if not state.attached or batch.next_offset <= state.next_offset:
            new = 0
        before, skipped = len(self.sent), self.subscription.skipped
        part = self.subscription.on_shared(0, matched, batch.next_offset)
        self.take(part, matched)
        if self.subscription.mode is Mode.TAIL:
            came = len(self.sent) - before
            passed = self.subscription.skipped + (part.skipped if part else 0) - skipped
            self.unmatched += new - came - passed

    @precondition(lambda self: self.looking_at is None and self.backlog.is_empty)
    @precondition(lambda self: self.subscription.behind())
    @rule(upto=st.integers(1, 15))
    def it_reads_by_itself(self, upto):
        start = self.subscription.behind()[0]
        next_offset = min(start + upto, self.end)
        offsets = [each for each in self.log if start <= each < next_offset]
        matched = [offset for offset in offsets if matches(offset)]
        before = len(self.sent)
        part = self.subscription.on_own(0, start, matched, next_offset, self.tail)
        self.take(part, matched)
        position = self.subscription.partitions[0].next_offset
        seen = [offset for offset in offsets if offset < position]
        self.unmatched += len(seen) - (len(self.sent) - before)

    @rule(records=st.integers(1, 10))
    def it_permits(self, records):
        self.subscription.permit(records)

    @rule(paused=st.booleans())
    def it_pauses_or_resumes(self, paused):
        self.subscription.paused = paused

    @invariant()
    def what_was_sent_matches_in_order_and_once(self):
        assert self.sent == sorted(set(self.sent))
        assert all(matches(offset) for offset in self.sent)

    @invariant()
    def the_backlog_is_bounded(self):
        assert len(self.backlog._waiting) <= backlog.BATCHES_MAX

    @invariant()
    def lossless_never_skips_a_match(self):
        position = self.subscription.partitions[0].next_offset
        passed = [each for each in self.log if self.first <= each < position]
        if self.subscription.mode is Mode.LOSSLESS:
            assert self.subscription.skipped == self.reported == 0
            assert self.sent == [offset for offset in passed if matches(offset)]

    @invariant()
    def tail_counts_all_that_it_did_not_look_at_or_send(self):
        if self.subscription.mode is Mode.TAIL:
            position = self.subscription.partitions[0].next_offset
            passed = [each for each in self.log if self.first <= each < position]
            skipped = self.reported + self.subscription.skipped
            assert len(self.sent) + skipped + self.unmatched == len(passed)


FilteredSubscriber.TestCase.settings = settings(
    max_examples=80, stateful_step_count=30, deadline=None
)
TestFilteredSubscriber = FilteredSubscriber.TestCase
