"""A coordinator of one KIP-848 group, for tests: it does what the shell does, without a log."""

from collections.abc import Hashable, Iterable
from typing import Any

from brokers.groups.consumer.config import ConsumerGroupConfig
from brokers.groups.consumer.machine import ConsumerGroup, GroupDecision
from brokers.groups.consumer.requests import HeartbeatRequest
from brokers.groups.consumer.results import HeartbeatResult
from brokers.groups.consumer.state import GroupState
from brokers.groups.consumer.topics import Topic
from brokers.kernel.clock import Instant
from brokers.kernel.decision import CancelTimer, Reply, SetTimer
from brokers.wire.coordinator.state_record import (
    GROUP_STATE,
    StateRecord,
    encode_key,
    encode_value,
)

GROUP = "0" * 32 + "/flights-readers"
PERSISTENT = ("epoch", "metadata_hash", "assignment_epoch", "members", "targets", "regexes")
DERIVED = ("instances", "owners", "subscriptions", "kept_bytes")


class FakeTopics:
    """Topics that tests create and delete."""

    def __init__(self, **partitions: int) -> None:
        self.version = 1
        self._made = 0
        self._topics: dict[str, Topic] = {}
        for name, count in partitions.items():
            self.create(name, count)

    def create(self, name: str, partitions: int) -> None:
        self._made += 1
        self._topics[name] = Topic(self._made.to_bytes(16, "big"), partitions)
        self.version += 1

    def grow(self, name: str, partitions: int) -> None:
        self._topics[name] = self._topics[name]._replace(partitions=partitions)
        self.version += 1

    def delete(self, name: str) -> None:
        del self._topics[name]
        self.version += 1

    def find(self, name: str) -> Topic | None:
        return self._topics.get(name)

    def name_of(self, topic_id: bytes) -> str | None:
        return next((n for n, topic in self._topics.items() if topic.topic_id == topic_id), None)

    def names(self) -> list[str]:
        return list(self._topics)

    def places(self, names: Iterable[str]) -> set[tuple[bytes, int]]:
        """Topic id and index of each of their partitions."""
        return {
            (topic.topic_id, partition)
            for name in names
            if (topic := self._topics.get(name)) is not None
            for partition in range(topic.partitions)
        }


class Coordinator:
    def __init__(self, topics: FakeTopics, config: ConsumerGroupConfig | None = None) -> None:
        self.topics = topics
        self.config = config or ConsumerGroupConfig(assignment_pause_ms_per_member=0)
        self.group = ConsumerGroup(GROUP, self.config)
        self.log: list[tuple[bytes, bytes | None]] = []
        self.timers: dict[Hashable, int] = {}
        self.now_ms = 1_000
        self._tokens = 0

    @property
    def state(self) -> GroupState:
        return self.group.state

    def heartbeat(self, request: HeartbeatRequest) -> HeartbeatResult:
        self._tokens += 1
        decision = self.group.heartbeat(request, self._tokens, self.now, self.topics)
        (result,) = self.carry_out(decision)
        assert isinstance(result, HeartbeatResult)
        return result

    @property
    def now(self) -> Instant:
        return Instant(self.now_ms, self.now_ms + 10**12)

    def token(self) -> int:
        self._tokens += 1
        return self._tokens

    def carry_out(self, decision: GroupDecision) -> list[Any]:
        """Records through their bytes, events, timers; what is answered."""
        for record in decision.records:
            key = encode_key(record.key)
            value = None if record.value is None else encode_value(record.value)
            self.log.append((key, value))
            self.group.replay(read_record(key, value))
        for event in decision.events:
            self.group.replay_event(event)  # type: ignore[arg-type]
        answers = []
        for effect in decision.effects:
            match effect:
                case SetTimer(key=timer, at_ms=at_ms):
                    self.timers[timer] = at_ms
                case CancelTimer(key=timer):
                    self.timers.pop(timer, None)
                case Reply(token=token, result=result):
                    assert token == self._tokens
                    answers.append(result)
        return answers

    def advance(self, ms: int) -> None:
        """Let time pass, timer by timer."""
        end = self.now_ms + ms
        while due := [(at, repr(t), t) for t, at in self.timers.items() if at <= end]:
            at_ms, _, timer = min(due)
            del self.timers[timer]
            self.now_ms = max(self.now_ms, at_ms)
            self.carry_out(self.group.fired(timer, self.now))
        self.now_ms = end

    def fail_over(self) -> None:
        """Another broker loads the group from the log."""
        self.group = replayed(self.log, self.config)
        self.timers = {}
        self.carry_out(self.group.loaded(self.now))

    def compact(self) -> None:
        """Keep the last record of each key, where it stands; tombstones go as well."""
        last = {key: i for i, (key, _) in enumerate(self.log)}
        self.log = [
            (key, value)
            for i, (key, value) in enumerate(self.log)
            if last[key] == i and value is not None
        ]


def read_record(key: bytes, value: bytes | None) -> StateRecord:
    read = GROUP_STATE.decode_key(key)
    return StateRecord(read, None if value is None else GROUP_STATE.decode_value(read, value))


def replayed(log: list[tuple[bytes, bytes | None]], config: ConsumerGroupConfig) -> ConsumerGroup:
    group = ConsumerGroup(GROUP, config)
    for key, value in log:
        group.replay(read_record(key, value))
    return group


def picture(state: GroupState, names: tuple[str, ...] = PERSISTENT + DERIVED) -> dict[str, Any]:
    return {name: getattr(state, name) for name in names}
