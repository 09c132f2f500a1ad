"""The subscription against a model: a log, a shared tail that moves on, and a subscriber."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from streaming.live.subscription import CREDITS_MAX, Mode, Subscription


def whole(batch_part, offsets):
    return offsets[batch_part.start : batch_part.stop] if batch_part else []


def test_tail_without_credit_skips_to_the_newest_and_says_so():
    subscription = Subscription.begin(Mode.TAIL, 3, {0: 10}, {0: 10})
    first = subscription.on_shared(0, [10, 11, 12, 13, 14], 15)
    assert (first.start, first.stop, first.skipped) == (2, 5, 2)
    assert subscription.on_shared(0, [15, 16], 17) is None
    subscription.permit(1)
    later = subscription.on_shared(0, [17, 18], 19)
    assert (later.start, later.stop, later.skipped) == (1, 2, 3)
    assert subscription.behind() == {}


def test_lossless_without_credit_stands_still_and_reads_on_by_itself():
    subscription = Subscription.begin(Mode.LOSSLESS, 2, {0: 10}, {0: 10})
    assert subscription.on_shared(0, [10, 11, 12], 13).stop == 2
    assert subscription.on_shared(0, [13], 14) is None
    assert subscription.behind() == {}
    subscription.permit(5)
    assert subscription.behind() == {0: 12}
    assert subscription.on_own(0, 12, [12, 13], 14, tail=14).skipped == 0
    assert subscription.on_shared(0, [14], 15).stop == 1


def test_what_is_paused_gets_nothing_and_what_is_blocked_neither():
    for attribute in ("paused", "blocked"):
        subscription = Subscription.begin(Mode.TAIL, None, {0: 0}, {0: 0})
        setattr(subscription, attribute, True)
        assert subscription.on_shared(0, [0, 1], 2) is None
        setattr(subscription, attribute, False)
        assert subscription.on_shared(0, [2], 3).skipped == 2


def test_one_that_starts_in_the_past_reads_up_to_the_tail():
    subscription = Subscription.begin(Mode.TAIL, None, {0: 5, 1: 9}, {0: 9, 1: 9})
    assert subscription.behind() == {0: 5}
    assert subscription.on_shared(0, [9], 10) is None
    assert subscription.on_own(0, 5, [5, 6, 7, 8, 9], 10, tail=10).stop == 5
    assert subscription.behind() == {}


def test_one_that_starts_ahead_of_the_tail_waits_for_its_offset():
    subscription = Subscription.begin(Mode.LOSSLESS, None, {0: 12}, {0: 10})
    part = subscription.on_shared(0, [10, 11, 12, 13], 14)
    assert (part.start, part.stop) == (2, 4)


def test_credits_have_a_limit():
    subscription = Subscription.begin(Mode.TAIL, 0, {0: 0}, {0: 0})
    subscription.permit(CREDITS_MAX)
    subscription.permit(CREDITS_MAX)
    assert subscription.credits == CREDITS_MAX


class SubscriberOfOnePartition(RuleBasedStateMachine):
    """Offsets may have gaps (compaction). What was sent is compared with what the log holds."""

    @initialize(
        mode=st.sampled_from(Mode),
        credits=st.none() | st.integers(0, 20),
        history=st.integers(0, 30),
        back=st.integers(0, 40),
    )
    def begin(self, mode, credits, history, back):
        self.log = list(range(history))
        self.end = history
        self.tail = history
        self.first = max(0, history - back)
        self.sent = []
        self.reported = 0
        self.permitted = credits
        self.subscription = Subscription.begin(mode, credits, {0: self.first}, {0: self.tail})

    def take(self, part, offsets):
        if part is None:
            return
        assert not self.subscription.paused
        assert part.stop > part.start
        self.sent += offsets[part.start : part.stop]
        self.reported += part.skipped

    @rule(records=st.integers(1, 15), gap=st.integers(0, 3))
    def the_log_grows(self, records, gap):
        self.log += range(self.end + gap, self.end + gap + records)
        self.end += gap + records

    @precondition(lambda self: self.tail < self.end)
    @rule(upto=st.integers(1, 20))
    def the_tail_moves(self, upto):
        next_offset = min(self.tail + upto, self.end)
        offsets = [offset for offset in self.log if self.tail <= offset < next_offset]
        self.tail = next_offset
        self.take(self.subscription.on_shared(0, offsets, next_offset), offsets)

    @precondition(lambda self: self.subscription.behind())
    @rule(upto=st.integers(1, 20))
    def it_reads_by_itself(self, upto):
        offset = self.subscription.behind()[0]
        next_offset = min(offset + upto, self.end)
        offsets = [each for each in self.log if offset <= each < next_offset]
        self.take(self.subscription.on_own(0, offset, offsets, next_offset, self.tail), offsets)

    @rule(records=st.integers(1, 20))
    def it_permits(self, records):
        self.subscription.permit(records)
        if self.permitted is not None:
            self.permitted += records

    @rule(paused=st.booleans())
    def it_pauses_or_resumes(self, paused):
        self.subscription.paused = paused

    @rule(blocked=st.booleans())
    def the_socket_fills_or_drains(self, blocked):
        self.subscription.blocked = blocked

    @invariant()
    def records_come_in_order_and_once(self):
        assert self.sent == sorted(set(self.sent))

    @invariant()
    def credit_is_never_exceeded(self):
        if self.permitted is not None:
            assert len(self.sent) <= self.permitted
            assert self.subscription.credits == self.permitted - len(self.sent)

    @invariant()
    def every_record_up_to_its_position_was_sent_or_counted_as_skipped(self):
        position = self.subscription.partitions[0].next_offset
        passed = [each for each in self.log if self.first <= each < position]
        skipped = self.reported + self.subscription.skipped
        assert len(self.sent) + skipped == len(passed)
        if self.subscription.mode is Mode.LOSSLESS:
            assert self.sent == passed

    @invariant()
    def an_attached_partition_is_never_behind_the_tail(self):
        state = self.subscription.partitions[0]
        assert not state.attached or state.next_offset >= self.tail


SubscriberOfOnePartition.TestCase.settings = settings(
    max_examples=150, stateful_step_count=40, deadline=None
)
TestSubscriber = SubscriberOfOnePartition.TestCase
