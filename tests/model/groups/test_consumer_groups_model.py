"""KIP-848 groups under arbitrary consumers: who reads what, step by step.

The model is what consumers believe: each knows what it reads. However they join, leave, fall
silent, lose answers and change their minds, and however the coordinator moves and topics change,
no two members read from the same partition, and once things calm down everything is read.
"""

from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    rule,
)

from brokers.groups.consumer.config import ConsumerGroupConfig
from brokers.groups.consumer.state import topics_of
from brokers.groups.consumer.timers import MemberSilent
from brokers.kernel.errors import ErrorCode
from tests.unit.groups.classic_consumer import ClassicConsumer
from tests.unit.groups.consumer import Consumer, settle
from tests.unit.groups.coordinator import (
    DERIVED,
    PERSISTENT,
    Coordinator,
    FakeTopics,
    picture,
    replayed,
)

TOPICS = ["flights", "flights-late", "planes", "weather"]
names = st.one_of(
    st.just(frozenset({"flights"})),
    st.just(frozenset({"flights", "planes"})),
    st.frozensets(st.sampled_from(TOPICS), max_size=3),
)
regexes = st.sampled_from([None, None, None, "", "flights.*", "p.+|weather"])
Anyone = Consumer | ClassicConsumer
CONFIG = ConsumerGroupConfig(members_max=6)


class ConsumerGroups(RuleBasedStateMachine):
    consumers = Bundle("consumers")

    def __init__(self) -> None:
        super().__init__()
        self.topics = FakeTopics(flights=5, planes=2)
        self.coordinator = Coordinator(self.topics, CONFIG)
        self.alive: list[Anyone] = []
        self.made = 0
        self.highest = (0, 0)

    @initialize(target=consumers, count=st.integers(1, 4))
    def begin(self, count: int) -> Any:
        """Most of what can go wrong needs partitions that change hands."""
        self.alive += [Consumer(self.coordinator, f"first{n}", ["flights"]) for n in range(count)]
        settle(self.alive)
        return multiple(*self.alive)

    # What consumers do.

    @rule(
        target=consumers,
        names=names,
        regex=regexes,
        instance=st.sampled_from([None, None, "one", "two"]),
        assignor=st.sampled_from([None, "uniform", "range"]),
    )  # fmt: skip
    def join(
        self, names: frozenset[str], regex: str | None, instance: str | None, assignor: str | None
    ) -> Any:
        self.made += 1
        consumer = Consumer(
            self.coordinator, f"m{self.made}", names,
            regex=regex, instance_id=instance, assignor=assignor,
        )  # fmt: skip
        result = consumer.heartbeat()
        if result.error is not ErrorCode.NONE:
            assert result.error in (
                ErrorCode.GROUP_MAX_SIZE_REACHED,
                ErrorCode.UNRELEASED_INSTANCE_ID,
            )
            return multiple()
        self.alive.append(consumer)
        return consumer

    @rule(target=consumers, names=names, is_eager=st.booleans())
    def join_classic(self, names: frozenset[str], is_eager: bool) -> Any:
        self.made += 1
        consumer = ClassicConsumer(self.coordinator, f"c{self.made}", names, is_eager=is_eager)
        consumer.heartbeat()
        if consumer.error is ErrorCode.GROUP_MAX_SIZE_REACHED:
            return multiple()
        assert consumer.error in (ErrorCode.NONE, ErrorCode.REBALANCE_IN_PROGRESS)
        self.alive.append(consumer)
        return consumer

    @rule(consumer=consumers, loses=st.booleans(), terse=st.booleans())
    def heartbeat(self, consumer: Anyone, loses: bool, terse: bool) -> None:
        before = consumer.epoch
        consumer.heartbeat(loses_answer=loses, terse=terse)
        assert consumer.epoch >= before or consumer.epoch == 0

    @rule(terse=st.booleans(), ms=st.sampled_from([0, 5_000]))
    def everyone_heartbeats(self, terse: bool, ms: int) -> None:
        self.coordinator.advance(ms)
        for consumer in self.alive:
            consumer.heartbeat(terse=terse)
            self.no_two_members_read_the_same()

    @rule(consumer=consumers)
    def revoke(self, consumer: Anyone) -> None:
        consumer.revoke()

    @rule(consumer=consumers, names=names, regex=regexes)
    def change_subscription(
        self, consumer: Anyone, names: frozenset[str], regex: str | None
    ) -> None:
        consumer.names = names
        consumer.says_all = True
        if isinstance(consumer, Consumer):
            consumer.regex = regex
        consumer.heartbeat()

    @rule(consumer=consumes(consumers), says_so=st.booleans())
    def go(self, consumer: Anyone, says_so: bool) -> None:
        """For good; without a word, what it reads is lost until its session ends."""
        if says_so:
            consumer.leave()
        self.alive.remove(consumer)

    @rule(target=consumers, consumer=consumes(consumers), takes_over=st.booleans())
    def restart(self, consumer: Anyone, takes_over: bool) -> Anyone:
        """A static member leaves for now, and comes back, maybe under a new member id."""
        if isinstance(consumer, ClassicConsumer) or consumer.instance_id is None:
            return consumer
        holder = self.coordinator.state.instances.get(consumer.instance_id)
        result = consumer.leave(for_now=True)
        if holder != consumer.member_id:
            assert result.error in (ErrorCode.UNKNOWN_MEMBER_ID, ErrorCode.FENCED_INSTANCE_ID)
            return consumer
        assert result.error is ErrorCode.NONE
        if not takes_over:
            assert consumer.heartbeat().error is ErrorCode.NONE
            return consumer
        self.alive.remove(consumer)
        self.made += 1
        successor = Consumer(
            self.coordinator, f"m{self.made}", consumer.names,
            regex=consumer.regex, instance_id=consumer.instance_id,
        )  # fmt: skip
        assert successor.heartbeat().error is ErrorCode.NONE
        assert self.coordinator.state.instances[consumer.instance_id] == successor.member_id
        self.alive.append(successor)
        return successor

    # What happens around them.

    @rule(ms=st.sampled_from([1_000, 12_000, 46_000, 70_000]))
    def time_passes(self, ms: int) -> None:
        self.coordinator.advance(ms)

    @rule(name=st.sampled_from(TOPICS), partitions=st.integers(1, 7))
    def change_topic(self, name: str, partitions: int) -> None:
        topic = self.topics.find(name)
        if topic is None:
            self.topics.create(name, partitions)
        elif partitions > topic.partitions:
            self.topics.grow(name, partitions)
        else:
            self.topics.delete(name)

    @rule(compacted=st.booleans())
    def fail_over(self, compacted: bool) -> None:
        if compacted:
            self.coordinator.compact()
        self.coordinator.fail_over()

    @rule()
    def calm_down(self) -> None:
        self.everything_is_read_in_the_end()

    def teardown(self) -> None:
        self.everything_is_read_in_the_end()

    def everything_is_read_in_the_end(self) -> None:
        """Everyone left heartbeats: everything that is subscribed to is read, by one of them."""
        for _ in range(3):  # the silent are removed; regular expressions are looked at again
            self.coordinator.advance(CONFIG.session_timeout_ms // 2 + 1)
            for consumer in self.alive:
                consumer.heartbeat()
                consumer.revoke()
        for _ in range(8):
            self.coordinator.advance(1_000)
            settle(self.alive, rounds=1)
        state = self.coordinator.state
        members = [c for c in self.alive if c.member_id in state.members]
        waiting = [c for c in self.alive if c.member_id not in state.members]
        assert (
            all(isinstance(c, Consumer) and c.instance_id for c in waiting)
            or len(state.members) == CONFIG.members_max
        )
        assert {c.member_id for c in members} == set(state.members)
        wanted = topics_of((m.subscription for m in state.members.values()), state.regexes)
        read = [place for consumer in members for place in consumer.owned]
        assert sorted(read) == sorted(self.topics.places(wanted))
        for consumer in members:
            member = state.members[consumer.member_id]
            assert member.is_reconciled_to(state.assignment_epoch)
            assert consumer.owned <= self.topics.places(member.subscription.topics(state.regexes))
        if members:
            assert self.coordinator.group.state_name == "Stable"

    # What always holds.

    @invariant()
    def no_two_members_read_the_same(self) -> None:
        owners = self.coordinator.state.owners
        for consumer in self.alive:
            if consumer.member_id in self.coordinator.state.members:
                for place in consumer.owned:
                    is_named = self.topics.name_of(place[0]) is not None
                    if isinstance(consumer, ClassicConsumer) and not is_named:
                        continue  # it speaks of topics by name, and this one is deleted
                    assert owners.get(place) == consumer.member_id, place

    @invariant()
    def epochs_never_go_back(self) -> None:
        state = self.coordinator.state
        assert (state.epoch, state.assignment_epoch) >= self.highest
        assert state.assignment_epoch >= self.highest[1]
        assert state.assignment_epoch <= state.epoch
        assert all(m.epoch <= state.assignment_epoch for m in state.members.values())
        self.highest = (state.epoch, state.assignment_epoch)

    @invariant()
    def the_log_holds_everything(self) -> None:
        state = self.coordinator.state
        fresh = replayed(self.coordinator.log, CONFIG)
        assert picture(fresh.state, PERSISTENT) == picture(state, PERSISTENT)
        assert picture(fresh.state, DERIVED) == picture(state, DERIVED)

    @invariant()
    def the_target_names_members_and_nothing_twice(self) -> None:
        state = self.coordinator.state
        assert state.targets.keys() <= state.members.keys()
        places = [
            (topic_id, partition)
            for target in state.targets.values()
            for topic_id, found in target.items()
            for partition in found
        ]
        assert len(places) == len(set(places))

    @invariant()
    def everyone_has_a_session(self) -> None:
        timed = {t.member_id for t in self.coordinator.timers if isinstance(t, MemberSilent)}
        assert timed == self.coordinator.state.members.keys()


TestConsumerGroups = ConsumerGroups.TestCase
TestConsumerGroups.settings = settings(max_examples=80, stateful_step_count=40, deadline=None)
