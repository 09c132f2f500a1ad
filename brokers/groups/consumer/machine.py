"""One KIP-848 group: its verbs. Each returns a decision and changes nothing.

The shell replays a decision's records and events, in that order, and then does its effects; a
group that was never heard of is a machine without records, and can be thrown away while it has
none (``is_untouched``).
"""

from collections.abc import Hashable, Sequence

from brokers.groups.classic import requests as classic
from brokers.groups.classic.results import (
    HeartbeatResult as ClassicHeartbeatResult,
)
from brokers.groups.classic.results import JoinResult, LeaveResult, SyncResult
from brokers.groups.consumer import classic_members
from brokers.groups.consumer.config import ConsumerGroupConfig
from brokers.groups.consumer.description import describe, state_name
from brokers.groups.consumer.events import Event
from brokers.groups.consumer.heartbeat import heartbeat
from brokers.groups.consumer.leaving import leave, remove
from brokers.groups.consumer.member import AWAY, LEAVING, Member, MemberState
from brokers.groups.consumer.records import group_tombstones
from brokers.groups.consumer.requests import HeartbeatRequest
from brokers.groups.consumer.results import GroupDescription, HeartbeatResult
from brokers.groups.consumer.state import GroupState
from brokers.groups.consumer.timers import Effect, JoinLate, MemberSilent, RevocationLate, SyncLate
from brokers.groups.consumer.topics import Topics
from brokers.groups.kept_bytes import Room, unbounded
from brokers.kernel.clock import Instant
from brokers.kernel.decision import Decision, Reply, SetTimer, Token
from brokers.kernel.errors import ErrorCode, Refusal
from brokers.wire.coordinator.state_record import StateRecord

GroupDecision = Decision[StateRecord, Effect]


class ConsumerGroup:
    """The group of that id, empty and not recorded until something is replayed."""

    def __init__(self, group_id: str, config: ConsumerGroupConfig) -> None:
        self._config = config
        self.state = GroupState(group_id)

    def replay(self, record: StateRecord) -> None:
        self.state.replay(record)

    def replay_event(self, event: Event) -> None:
        self.state.replay_event(event)

    def loaded(self, now: Instant) -> GroupDecision:
        """Everyone has a whole session timeout to find the new coordinator."""
        now_ms = now.monotonic_ms
        timers: list[SetTimer] = []
        for member in self.state.members.values():
            timers.append(SetTimer(MemberSilent(member.member_id), now_ms + self._patience(member)))
            if member.state is MemberState.UNREVOKED:
                late_ms = now_ms + member.rebalance_timeout_ms
                timers.append(SetTimer(RevocationLate(member.member_id), late_ms))
        return Decision(effects=tuple(timers))

    def _patience(self, member: Member) -> int:
        if member.classic is not None:
            return member.classic.session_timeout_ms
        return self._config.session_timeout_ms

    def heartbeat(
        self,
        request: HeartbeatRequest,
        token: Token,
        now: Instant,
        topics: Topics,
        room: Room = unbounded,
    ) -> GroupDecision:
        """Join, stay, or leave. Replies with a ``HeartbeatResult``."""
        try:
            if request.member_epoch in (LEAVING, AWAY):
                return leave(self.state, request, token)
            return heartbeat(
                self.state, request, token,
                topics=topics, config=self._config,
                now_ms=now.monotonic_ms, wall_ms=now.wall_ms, room=room,
            )  # fmt: skip
        except Refusal as refusal:
            return _reply(token, HeartbeatResult.refused(refusal))

    # Members that speak the classic protocol.

    def classic_join(
        self,
        request: classic.JoinRequest,
        token: Token,
        now: Instant,
        topics: Topics,
        room: Room = unbounded,
    ) -> GroupDecision:
        """Replies with a ``JoinResult``, at once."""
        try:
            return classic_members.join(
                self.state, request, token,
                topics=topics, config=self._config,
                now_ms=now.monotonic_ms, wall_ms=now.wall_ms, room=room,
            )  # fmt: skip
        except Refusal as refusal:
            return _reply(token, JoinResult(refusal.code, request.member_id))

    def classic_sync(
        self, request: classic.SyncRequest, token: Token, now: Instant, topics: Topics
    ) -> GroupDecision:
        """Replies with a ``SyncResult``, at once."""
        try:
            return classic_members.sync(
                self.state, request, token, topics=topics, now_ms=now.monotonic_ms
            )
        except Refusal as refusal:
            return _reply(token, SyncResult(refusal.code))

    def classic_heartbeat(
        self, request: classic.HeartbeatRequest, token: Token, now: Instant, topics: Topics
    ) -> GroupDecision:
        """Replies with the classic ``HeartbeatResult``."""
        try:
            return classic_members.heartbeat(
                self.state, request, token, topics=topics, now_ms=now.monotonic_ms
            )
        except Refusal as refusal:
            return _reply(token, ClassicHeartbeatResult(refusal.code))

    def classic_leave(self, departures: Sequence[classic.Departure], token: Token) -> GroupDecision:
        """Replies with a ``LeaveResult``. Members of the consumer protocol leave by heartbeat, but
        administrators remove them so."""
        members, answers = classic_members.leaving(self.state, departures)
        return remove(self.state, members, Reply(token, LeaveResult(ErrorCode.NONE, answers)))

    def leaving(self, departures: Sequence[classic.Departure]) -> list[str]:
        """The member ids that ``classic_leave`` would remove."""
        members, _ = classic_members.leaving(self.state, departures)
        return [member.member_id for member in members]

    def fired(self, key: Hashable, now: Instant) -> GroupDecision:
        """Remove a member that has been silent, or late with what it was asked for."""
        match key:
            case MemberSilent(member_id) | RevocationLate(member_id):
                pass
            case JoinLate(member_id) | SyncLate(member_id):
                pass
            case _:
                return Decision()
        member = self.state.members.get(member_id)
        if member is None or not _still_counts(key, member):
            return Decision()
        return remove(self.state, [member])

    def validate_delete(self) -> ErrorCode:
        return ErrorCode.NON_EMPTY_GROUP if self.state.members else ErrorCode.NONE

    def delete(self, now: Instant) -> GroupDecision:
        """The tombstones, to be appended with those of the group's offsets. Raises ``ValueError``
        unless ``validate_delete`` says ``NONE``.
        """
        if self.state.members:
            raise ValueError(f"group {self.state.group_id} has {len(self.state.members)} members")
        return Decision(tuple(group_tombstones(self.state.group_id, self.state.regexes)))

    # Offsets.

    def validate_offset_commit(
        self, member_id: str, instance_id: str | None, epoch: int
    ) -> ErrorCode:
        """Whether offsets may be committed, in a transaction or not; it counts as no heartbeat.

        Whoever says no epoch (-1) may while the group has no members: administrators do.
        """
        if epoch < 0 and not self.state.members:
            return ErrorCode.NONE
        if instance_id is not None and self._is_taken_over(instance_id, member_id):
            return ErrorCode.FENCED_INSTANCE_ID
        return self._epoch_error(member_id, epoch)

    def validate_offset_fetch(self, member_id: str | None, epoch: int) -> ErrorCode:
        """Whether committed offsets may be read; whoever does not claim to be a member may."""
        if member_id is None and epoch < 0:
            return ErrorCode.NONE
        return self._epoch_error(member_id or "", epoch)

    def _is_taken_over(self, instance_id: str, member_id: str) -> bool:
        return self.state.instances.get(instance_id, member_id) != member_id

    def _epoch_error(self, member_id: str, epoch: int) -> ErrorCode:
        member = self.state.members.get(member_id)
        if member is None:
            return ErrorCode.UNKNOWN_MEMBER_ID
        if epoch == member.epoch:
            return ErrorCode.NONE
        is_classic = member.classic is not None
        return ErrorCode.ILLEGAL_GENERATION if is_classic else ErrorCode.STALE_MEMBER_EPOCH

    def is_subscribed(self, topic: str) -> bool:
        """Whether offsets in it are in use. Those in other topics expire by when they were
        committed, whether or not the group has members.
        """
        return any(
            topic in subscription.topics(self.state.regexes)
            for subscription in self.state.subscriptions
        )

    # Administration.

    @property
    def is_untouched(self) -> bool:
        """Nothing of the group is recorded: the machine may be dropped."""
        return self.state.epoch == 0 and not self.state.members

    @property
    def is_empty(self) -> bool:
        return not self.state.members

    @property
    def state_name(self) -> str:
        return state_name(self.state)

    @property
    def kept_bytes(self) -> int:
        """What the members take of the coordinator's memory."""
        return self.state.kept_bytes

    def describe(self, topics: Topics) -> GroupDescription:
        return describe(self.state, topics)


def _still_counts(key: Hashable, member: Member) -> bool:
    """Whether the member is still in the state that the timer was set for."""
    match key:
        case RevocationLate():
            return member.state is MemberState.UNREVOKED
        case JoinLate() | SyncLate():
            return member.classic is not None
        case _:
            return True


def _reply(token: Token, result: object) -> GroupDecision:
    return Decision(effects=(Reply(token, result),))
