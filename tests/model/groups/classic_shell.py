"""A shell around one classic group: it keeps its contract, and checks that the group does too.

Log, timers and waiting requests are plain lists and dicts. Every decision is checked to have
changed nothing before it is replayed, and every token to be answered once.
"""

from dataclasses import dataclass, field

from brokers.groups.classic.config import ClassicConfig
from brokers.groups.classic.draft import ClassicDecision, Draft
from brokers.groups.classic.machine import ClassicGroup
from brokers.groups.classic.member import Protocol, name_member
from brokers.groups.classic.requests import Departure, HeartbeatRequest, JoinRequest, SyncRequest
from brokers.groups.classic.results import JoinResult
from brokers.groups.classic.states import GroupState
from brokers.groups.classic.timers import JoinTimer, SessionTimer, SyncTimer
from brokers.groups.kept_bytes import PART_BYTES
from brokers.kernel.clock import Instant
from brokers.kernel.decision import CancelTimer, Reply, SetTimer
from brokers.kernel.errors import ErrorCode
from brokers.wire.coordinator.consumer_protocol_subscription import (
    ConsumerProtocolSubscription,
    encode,
)
from brokers.wire.coordinator.state_record import GROUP_STATE, StateRecord, encode_key, encode_value

WALL_MS = 1_700_000_000_000
GROUP_ID = "00000000000000000000000000000001/readers"


def subscription(*topics: str, version: int = 1) -> bytes:
    """What a consumer tells the leader of its group."""
    body = encode(version, ConsumerProtocolSubscription(topics=list(topics)))
    return version.to_bytes(2, "big") + b"".join(bytes(part) for part in body)


def assigning(name: str, *topics: str) -> tuple[Protocol, ...]:
    return (Protocol(name, subscription(*topics)),)


class Watched(ClassicGroup):
    """Keeps the draft of the last decision, to compare it with what replaying makes."""

    draft: Draft

    def _draft(self, now: Instant) -> Draft:
        self.draft = super()._draft(now)
        return self.draft


@dataclass
class Waiting:
    kind: str
    since_ms: int


@dataclass
class Shell:
    config: ClassicConfig = field(default_factory=ClassicConfig)
    now_ms: int = 1_000
    log: list[tuple[bytes, bytes | None]] = field(default_factory=list)
    timers: dict[object, int] = field(default_factory=dict)
    waiting: dict[int, Waiting] = field(default_factory=dict)
    answers: dict[int, object] = field(default_factory=dict)
    can_append: bool = True
    compares: bool = True
    """Whether the whole group is compared at every step; too slow for a thousand members."""
    tokens: int = 0
    names: int = 0

    def __post_init__(self) -> None:
        self.group = Watched(GROUP_ID, self.config)

    # What members ask. Each returns the token.

    def join(
        self,
        member_id: str = "",
        *,
        instance_id: str | None = None,
        protocols: tuple[Protocol, ...] = assigning("range", "orders"),
        session_ms: int = 10_000,
        rebalance_ms: int = 60_000,
        version: int = 9,
        client_id: str = "app",
        protocol_type: str = "consumer",
    ) -> int:
        self.names += 1
        request = JoinRequest(
            member_id=member_id,
            instance_id=instance_id,
            new_member_id=name_member(client_id, instance_id, str(self.names)),
            client_id=client_id,
            client_host="/10.0.0.1",
            session_timeout_ms=session_ms,
            rebalance_timeout_ms=rebalance_ms,
            protocol_type=protocol_type,
            protocols=protocols,
            version=version,
        )
        token = self._wait("join")
        self._perform(lambda: self.group.join(request, token, self.now), token)
        return token

    def sync(
        self,
        member_id: str,
        generation: int,
        assignments: dict[str, bytes] | None = None,
        *,
        instance_id: str | None = None,
        protocol_name: str | None = None,
        protocol_type: str | None = None,
    ) -> int:
        request = SyncRequest(
            member_id, instance_id, generation, protocol_type, protocol_name, assignments or {}
        )
        token = self._wait("sync")
        self._perform(lambda: self.group.sync(request, token, self.now), token)
        return token

    def heartbeat(
        self, member_id: str, generation: int, instance_id: str | None = None
    ) -> ErrorCode:
        request = HeartbeatRequest(member_id, instance_id, generation)
        token = self._wait("heartbeat")
        self._perform(lambda: self.group.heartbeat(request, token, self.now), token)
        return self.answers[token].error  # type: ignore[attr-defined]

    def leave(self, *departures: Departure) -> list[ErrorCode]:
        token = self._wait("leave")
        self._perform(
            lambda: self.group.leave(departures, token, self.now),
            token,
        )
        answer = self.answers[token]
        if answer is ErrorCode.UNKNOWN_SERVER_ERROR:
            return [answer]
        return [member.error for member in answer.members]  # type: ignore[attr-defined]

    def commit(self, member_id: str, generation: int, instance_id: str | None = None) -> ErrorCode:
        error, timers = self.group.validate_offset_commit(
            member_id, instance_id, generation, self.now
        )
        for timer in timers:
            self.timers[timer.key] = timer.at_ms
        return error

    def answer(self, token: int) -> object:
        """The answer, or None while it waits."""
        return self.answers.get(token)

    def joined(self, token: int) -> JoinResult:
        answer = self.answers[token]
        assert isinstance(answer, JoinResult)
        return answer

    # What else happens.

    def drop_connection(self, token: int) -> None:
        """The client is gone; whatever is answered now is answered to nobody."""
        del self.waiting[token]
        self._perform(lambda: self.group.token_gone(token, self.now))

    def pass_time(self, milliseconds: int) -> None:
        """Timers fire at their time, in order, whatever they lead to included."""
        end_ms = self.now_ms + milliseconds
        while self.timers:
            key, at_ms = min(self.timers.items(), key=lambda timer: timer[1])
            if at_ms > end_ms:
                break
            self.now_ms = max(self.now_ms, at_ms)
            del self.timers[key]
            self._perform(lambda key=key: self.group.fired(key, self.now))
            if not self.can_append:
                # The shell tries again; here as soon as there is room.
                self.can_append = True
                self._perform(lambda key=key: self.group.fired(key, self.now))
            self.check()
        self.now_ms = end_ms

    def fail_over(self, config: ClassicConfig | None = None) -> None:
        """Another coordinator takes over: only the log remains."""
        self.config = config or self.config
        for token in list(self.waiting):
            self._answer(token, ErrorCode.NOT_COORDINATOR)
        self.timers.clear()
        self.group = self.rebuilt()
        self._perform(lambda: self.group.loaded(self.now))

    def rebuilt(self) -> Watched:
        """The group as the log alone gives it."""
        group = Watched(GROUP_ID, self.config)
        for key_bytes, value_bytes in self.log:
            key = GROUP_STATE.decode_key(key_bytes)
            assert key.group == GROUP_ID
            value = None if value_bytes is None else GROUP_STATE.decode_value(key, value_bytes)
            group.replay(StateRecord(key, value))
        return group

    def delete(self) -> None:
        self._perform(lambda: self.group.delete(self.now))

    @property
    def now(self) -> Instant:
        return Instant(self.now_ms, self.wall_ms)

    @property
    def wall_ms(self) -> int:
        return WALL_MS + self.now_ms

    @property
    def state(self) -> GroupState:
        return self.group.state

    # The contract.

    def _wait(self, kind: str) -> int:
        self.tokens += 1
        self.waiting[self.tokens] = Waiting(kind, self.now_ms)
        return self.tokens

    def _perform(self, decide: object, token: int | None = None) -> None:
        before = self._picture()
        decision: ClassicDecision = decide()  # type: ignore[operator]
        assert self._picture() == before, "deciding has changed the group"
        if decision.records and not self.can_append:
            if token is not None:
                self._answer(token, ErrorCode.UNKNOWN_SERVER_ERROR)
            return
        for record in decision.records:
            value = None if record.value is None else encode_value(record.value)
            self.log.append((encode_key(record.key), value))
        for record in decision.records:
            self.group.replay(record)
        for event in decision.events:
            self.group.replay_event(event)  # type: ignore[arg-type]
        if self.compares:
            assert self.group._group == self.group.draft.group, "replaying gave something else"
            assert list(self.group._group.roster) == list(self.group.draft.group.roster)
        for effect in decision.effects:
            match effect:
                case SetTimer():
                    self.timers[effect.key] = effect.at_ms
                case CancelTimer():
                    self.timers.pop(effect.key, None)
                case Reply():
                    self._answer(effect.token, effect.result)

    def _picture(self) -> str:
        return repr(self.group._group) if self.compares else ""

    def _answer(self, token: int, result: object) -> None:
        assert token in self.waiting, f"token {token} is answered twice, or was never given"
        del self.waiting[token]
        self.answers[token] = result

    def check(self) -> None:
        """What must hold between any two requests."""
        group = self.group._group
        roster = group.roster
        members = list(roster)
        instances = {m.instance_id: m.member_id for m in members if m.is_static}
        assert len(instances) == sum(m.is_static for m in members)
        assert roster.instances == instances
        assert roster.waiting == sum(m.is_waiting for m in members)
        assert roster.metadata_bytes == sum(m.metadata_bytes for m in members)
        assert roster.kept_bytes == sum(m.kept_bytes for m in members)
        assert group.issued_bytes == sum(PART_BYTES + len(each) for each in group.issued_ids)
        names = {p.name for m in members for p in m.protocols}
        assert roster.supporters == {
            name: sum(any(p.name == name for p in m.protocols) for m in members) for name in names
        }
        assert not group.issued_ids & roster.members.keys()
        assert group.unsynced <= roster.members.keys()
        assert (group.leader in roster.members) if members else group.leader is None
        held = [m.token for m in members if m.token is not None]
        assert sorted(held) == sorted(self.waiting), "a token is lost, or held for nobody"
        self._check_state(members)
        self._check_timers(members)

    def _check_state(self, members: list) -> None:
        group = self.group._group
        match group.state:
            case GroupState.EMPTY | GroupState.DEAD:
                assert not members
            case GroupState.STABLE:
                assert members
                assert not group.roster.waiting
            case GroupState.COMPLETING_REBALANCE:
                assert members
                assert {m.member_id for m in members if not m.is_waiting} == group.unsynced
        if group.state in {GroupState.COMPLETING_REBALANCE, GroupState.STABLE}:
            assert group.protocol_name
            assert all(m.metadata(group.protocol_name) is not None for m in members)
        if group.state is not GroupState.PREPARING_REBALANCE:
            assert not any(m.is_new for m in members)
            assert not group.is_initial

    def _check_timers(self, members: list) -> None:
        """Whatever waits ends, and no timer is left for what is gone."""
        group = self.group._group
        sessions = {key.member_id for key in self.timers if isinstance(key, SessionTimer)}
        assert sessions <= group.roster.members.keys() | group.issued_ids
        assert group.issued_ids <= sessions
        assert {m.member_id for m in members if not m.is_waiting or m.is_new} <= sessions
        assert (JoinTimer(GROUP_ID) in self.timers) == (
            group.state is GroupState.PREPARING_REBALANCE
        )
        assert (SyncTimer(GROUP_ID) in self.timers) == bool(group.unsynced)
