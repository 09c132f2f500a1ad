"""A consumer that speaks the classic protocol in a KIP-848 group."""

from collections.abc import Iterable, Mapping
from struct import pack

from brokers.groups.classic.member import Protocol
from brokers.groups.classic.requests import Departure, HeartbeatRequest, JoinRequest, SyncRequest
from brokers.groups.classic.results import HeartbeatResult, JoinResult, LeaveResult, SyncResult
from brokers.groups.consumer.embedded_protocol import read_assignment
from brokers.kernel.errors import ErrorCode
from brokers.wire.coordinator import consumer_protocol_subscription as subscription
from tests.unit.groups.consumer import Place
from tests.unit.groups.coordinator import Coordinator

SESSION_MS = 30_000


class ClassicConsumer:
    """Eager ones give up everything before they join, cooperative ones what they must, after."""

    def __init__(
        self,
        coordinator: Coordinator,
        member_id: str,
        names: Iterable[str] = ("flights",),
        *,
        is_eager: bool = False,
        instance_id: str | None = None,
        version: int = 3,
        only_protocol: Protocol | None = None,
    ) -> None:
        self.coordinator = coordinator
        self.member_id = member_id
        self.names = frozenset(names)
        self.is_eager = is_eager
        self.instance_id = instance_id
        self.version = version
        self.only_protocol = only_protocol
        self.epoch = 0
        self.owned: set[Place] = set()
        self.wanted: set[Place] = set()
        self.says_all = True
        """It joins (again) instead of sending a heartbeat."""
        self.error = ErrorCode.NONE
        """Of the last answer."""

    @property
    def protocols(self) -> tuple[Protocol, ...]:
        if self.only_protocol is not None:
            return (self.only_protocol,)
        name = "range" if self.is_eager else "cooperative-sticky"
        return (Protocol(name, self._metadata()), Protocol("x", b""))

    def _metadata(self) -> bytes:
        owned: dict[str, list[int]] = {}
        for topic_id, partition in sorted(self.owned):
            name = self.coordinator.topics.name_of(topic_id)
            if name is not None:
                owned.setdefault(name, []).append(partition)
        said = subscription.ConsumerProtocolSubscription(
            topics=sorted(self.names),
            owned_partitions=[subscription.TopicPartition(n, ps) for n, ps in owned.items()],
        )
        return pack(">h", self.version) + b"".join(subscription.encode(self.version, said))

    def heartbeat(self, *, loses_answer: bool = False, terse: bool = False) -> None:
        """And whatever it leads to; ``loses_answer`` and ``terse`` mean nothing here."""
        if self.epoch and not self.says_all:
            self._hear(self.ask_heartbeat())
        if not self.epoch or self.says_all:
            self._join()

    def ask_heartbeat(self) -> ErrorCode:
        request = HeartbeatRequest(self.member_id, self.instance_id, self.epoch)
        group, token = self.coordinator.group, self.coordinator.token()
        (result,) = self.coordinator.carry_out(
            group.classic_heartbeat(request, token, self.coordinator.now, self.coordinator.topics)
        )
        assert isinstance(result, HeartbeatResult)
        return result.error

    def _hear(self, error: ErrorCode) -> None:
        self.error = error
        if error is ErrorCode.REBALANCE_IN_PROGRESS:
            self.says_all = True
        elif error is not ErrorCode.NONE:
            self.epoch = 0
            self.owned = set()
            self.wanted = set()

    def _join(self) -> None:
        if self.is_eager:
            self.owned = set()
        joined = self.ask_to_join()
        self._hear(joined.error)
        if joined.error is ErrorCode.NONE:
            self.epoch, self.member_id, self.says_all = joined.generation, joined.member_id, False
            synced = self.ask_to_sync()
            self._hear(synced.error)
            if synced.error is ErrorCode.NONE:
                self.wanted = self._places(read_assignment(synced.assignment))
                self.owned |= self.wanted

    def ask_to_join(self) -> JoinResult:
        coordinator = self.coordinator
        request = JoinRequest(
            member_id=self.member_id,
            instance_id=self.instance_id,
            new_member_id="new-id",
            client_id="test",
            client_host="/127.0.0.1",
            session_timeout_ms=SESSION_MS,
            rebalance_timeout_ms=60_000,
            protocol_type="consumer",
            protocols=self.protocols,
            version=9,
        )
        token = coordinator.token()
        (joined,) = coordinator.carry_out(
            coordinator.group.classic_join(request, token, coordinator.now, coordinator.topics)
        )
        assert isinstance(joined, JoinResult)
        assert joined.leader != joined.member_id, "the coordinator assigns"
        return joined

    def ask_to_sync(self) -> SyncResult:
        coordinator = self.coordinator
        request = SyncRequest(self.member_id, self.instance_id, self.epoch, "consumer")
        token = coordinator.token()
        (synced,) = coordinator.carry_out(
            coordinator.group.classic_sync(request, token, coordinator.now, coordinator.topics)
        )
        assert isinstance(synced, SyncResult)
        return synced

    def revoke(self) -> None:
        """A cooperative consumer joins again once it has given up what it must."""
        if not self.owned <= self.wanted:
            self.owned &= self.wanted
            self.says_all = True

    def leave(self) -> ErrorCode:
        self.owned = set()
        departures = [Departure(self.member_id, self.instance_id)]
        decision = self.coordinator.group.classic_leave(departures, self.coordinator.token())
        (result,) = self.coordinator.carry_out(decision)
        assert isinstance(result, LeaveResult)
        self.epoch = 0
        return result.members[0].error

    def _places(self, named: Mapping[str, frozenset[int]]) -> set[Place]:
        return {
            (topic.topic_id, partition)
            for name, found in named.items()
            if (topic := self.coordinator.topics.find(name)) is not None
            for partition in found
        }

    @property
    def reads(self) -> list[int]:
        return sorted(partition for _, partition in self.owned)
