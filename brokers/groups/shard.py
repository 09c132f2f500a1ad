"""Every group of one partition of ``__consumer_offsets``: finds the group, scopes what it decides.

Decides as its groups do and changes nothing; ``replay``, ``replay_in_transaction``,
``transaction_ended`` and ``replay_event`` are the only mutations. Group ids are qualified.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from brokers.groups.classic.commits import OffsetExpiry
from brokers.groups.classic.config import ClassicConfig
from brokers.groups.classic.machine import ClassicGroup
from brokers.groups.classic.requests import Departure, HeartbeatRequest, JoinRequest, SyncRequest
from brokers.groups.classic.results import HeartbeatResult, JoinResult, LeaveResult, SyncResult
from brokers.groups.classic.states import GroupState
from brokers.groups.classic.timers import JoinTimer, SessionTimer, SyncTimer
from brokers.groups.descriptions import DescribedGroup, DescribedMember, ListedGroup
from brokers.groups.offset_requests import (
    CommitInTransaction,
    CommitOffsets,
    DeletedOffsets,
    DeleteOffsets,
    FetchedOffset,
    FetchedOffsets,
    FetchOffsets,
    NewOffset,
)
from brokers.groups.offsets import NO_EXPIRY, Offsets, commit, tombstone
from brokers.kernel.clock import Instant
from brokers.kernel.decision import Decision, Reply, Token
from brokers.kernel.errors import ErrorCode
from brokers.kernel.limits import OFFSET_METADATA_BYTES_MAX
from brokers.wire.coordinator.group_metadata_key import GroupMetadataKey
from brokers.wire.coordinator.offset_commit_key import OffsetCommitKey
from brokers.wire.coordinator.state_record import StateRecord

GroupDecision = Decision[StateRecord, Any]

EXPIRED_AT_ONCE_MAX: Final = 1_000
"""Tombstones of one sweep: they are one batch, and the next sweep goes on."""


@dataclass(frozen=True, slots=True)
class GroupEvent:
    """What changed in one group without a record."""

    group_id: str
    event: Any


class GroupShard:
    """One coordinator's state, rebuilt from its partition by whoever leads it."""

    def __init__(self, config: ClassicConfig, offsets_retention_ms: int) -> None:
        self.offsets = Offsets()
        self._config = config
        self._retention_ms = offsets_retention_ms
        self._groups: dict[str, ClassicGroup] = {}

    # Membership, classic protocol.

    def join(
        self, group_id: str, request: JoinRequest, token: Token, now: Instant
    ) -> GroupDecision:
        """Replies with a ``JoinResult``."""
        group = self._groups.get(group_id)
        if group is None:
            if request.member_id:
                return _reply(token, JoinResult(ErrorCode.UNKNOWN_MEMBER_ID, request.member_id))
            group = ClassicGroup(group_id, self._config)
        decision = group.join(request, token, now)
        return _scoped(group_id, decision)

    def sync(
        self, group_id: str, request: SyncRequest, token: Token, now: Instant
    ) -> GroupDecision:
        """Replies with a ``SyncResult``."""
        group = self._groups.get(group_id)
        if group is None:
            return _reply(token, SyncResult(ErrorCode.UNKNOWN_MEMBER_ID))
        decision = group.sync(request, token, now)
        return _scoped(group_id, decision)

    def heartbeat(
        self, group_id: str, request: HeartbeatRequest, token: Token, now: Instant
    ) -> GroupDecision:
        """Replies with a ``HeartbeatResult``."""
        group = self._groups.get(group_id)
        if group is None:
            return _reply(token, HeartbeatResult(ErrorCode.UNKNOWN_MEMBER_ID))
        return _scoped(group_id, group.heartbeat(request, token, now))

    def leave(
        self, group_id: str, departures: Sequence[Departure], token: Token, now: Instant
    ) -> GroupDecision:
        """Replies with a ``LeaveResult``."""
        group = self._groups.get(group_id)
        if group is None:
            return _reply(token, LeaveResult(ErrorCode.UNKNOWN_MEMBER_ID))
        decision = group.leave(departures, token, now)
        return _scoped(group_id, decision)

    # Offsets.

    def commit_offsets(self, request: CommitOffsets, token: Token, now: Instant) -> GroupDecision:
        """Replies with one code for each offset."""
        group_id, group = request.group_id, self._groups.get(request.group_id)
        effects: list[Any] = []
        if group is None:
            # Whoever assigns itself, or an administrator: the group is there for its offsets.
            code = ErrorCode.NONE if request.generation < 0 else ErrorCode.ILLEGAL_GENERATION
        else:
            code, timers = group.validate_offset_commit(
                request.member_id,
                request.instance_id,
                request.generation,
                now,
            )
            effects += timers
        if code:
            return _reply(token, [code] * len(request.offsets))
        records, codes = _commits(group_id, request.offsets, request.at_ms, request.expires_ms)
        return Decision(records=tuple(records), effects=(*effects, Reply(token, codes)))

    def commit_in_transaction(self, request: CommitInTransaction, token: Token) -> GroupDecision:
        """Replies with one code for each offset."""
        group = self._groups.get(request.group_id)
        if group is not None:
            code = group.validate_txn_offset_commit(
                request.member_id, request.instance_id, request.generation
            )
        else:
            code = ErrorCode.NONE if request.generation < 0 else ErrorCode.ILLEGAL_GENERATION
        if code:
            return _reply(token, [code] * len(request.offsets))
        records, codes = _commits(request.group_id, request.offsets, request.at_ms, NO_EXPIRY)
        return Decision(
            records=tuple(records),
            effects=(Reply(token, codes),),
            producer_id=request.producer_id if records else -1,
            producer_epoch=request.producer_epoch,
        )

    def fetch_offsets(self, request: FetchOffsets, token: Token) -> GroupDecision:
        """Replies with ``FetchedOffsets``. A group that nobody knows has committed nothing."""
        group_id, offsets = request.group_id, self.offsets
        places = [*offsets.of(group_id)] if request.places is None else request.places
        may_change = request.require_stable and offsets.has_pending(group_id)
        found = [
            FetchedOffset(place, None, ErrorCode.UNSTABLE_OFFSET_COMMIT)
            if may_change and offsets.is_pending(group_id, place)
            else FetchedOffset(place, offsets.find(group_id, place))
            for place in places
        ]
        return _reply(token, FetchedOffsets(ErrorCode.NONE, found))

    def delete_offsets(self, request: DeleteOffsets, token: Token) -> GroupDecision:
        """Replies with ``DeletedOffsets``."""
        group_id, group = request.group_id, self._groups.get(request.group_id)
        if group is None:
            return _reply(token, DeletedOffsets(ErrorCode.GROUP_ID_NOT_FOUND))
        code = group.validate_offset_delete()
        if code:
            return _reply(token, DeletedOffsets(code))
        is_used = group.state is not GroupState.EMPTY
        codes = [
            ErrorCode.GROUP_SUBSCRIBED_TO_TOPIC
            if is_used and group.is_subscribed(place[0])
            else ErrorCode.NONE
            for place in request.places
        ]
        gone = [
            tombstone(group_id, place)
            for place, code in zip(request.places, codes, strict=True)
            if not code and self.offsets.find(group_id, place) is not None
        ]
        reply = Reply(token, DeletedOffsets(ErrorCode.NONE, codes))
        return Decision(records=tuple(gone), effects=(reply,))

    # Administration.

    def list_groups(self, prefix: str, token: Token) -> GroupDecision:
        """Replies with the ``ListedGroup`` of every group whose id begins so."""
        listed = [
            ListedGroup(group_id, listing.protocol_type, listing.state, "classic")
            for group_id, group in self._groups.items()
            if group_id.startswith(prefix) and self._is_there(group_id, group)
            for listing in (group.listing(),)
        ]
        return _reply(token, listed)

    def describe_group(self, group_id: str, token: Token) -> GroupDecision:
        """Replies with a ``DescribedGroup``, or None for a group that is not there."""
        group = self._groups.get(group_id)
        if group is None or not self._is_there(group_id, group):
            return _reply(token, None)
        described = group.describe()
        members = tuple(
            DescribedMember(
                member.member_id,
                member.instance_id,
                member.client_id,
                member.client_host,
                member.metadata,
                member.assignment,
            )
            for member in described.members
        )
        return _reply(
            token,
            DescribedGroup(
                described.state, described.protocol_type, described.protocol_name, members
            ),
        )

    def delete_group(self, group_id: str, token: Token, now: Instant) -> GroupDecision:
        """Replies with a code."""
        group = self._groups.get(group_id)
        if group is None or not self._is_there(group_id, group):
            return _reply(token, ErrorCode.GROUP_ID_NOT_FOUND)
        code = group.validate_delete()
        if code:
            return _reply(token, code)
        decision = _scoped(group_id, group.delete(now))
        return replace(
            decision,
            records=(*self.offsets.forgotten(group_id), *decision.records),
            effects=(*decision.effects, Reply(token, ErrorCode.NONE)),
        )

    # What happens by itself.

    def expire(self, now: Instant) -> GroupDecision:
        """Forget offsets that were unused for too long, and empty groups that have none left."""
        records: list[StateRecord] = []
        for group_id, group in self._groups.items():
            if len(records) >= EXPIRED_AT_ONCE_MAX:
                break
            expired = self._expired(group_id, group, now)
            records += expired
            is_left = len(expired) < len(self.offsets.of(group_id))
            if group.state is GroupState.EMPTY and not (
                is_left or self.offsets.has_pending(group_id)
            ):
                records += group.delete(now).records
        return Decision(records=tuple(records))

    def _expired(self, group_id: str, group: ClassicGroup, now: Instant) -> list[StateRecord]:
        expiry = group.offset_expiry()
        if expiry is OffsetExpiry.NEVER:
            return []
        is_used = group.state is not GroupState.EMPTY
        return self.offsets.expired(
            group_id,
            now_ms=now.wall_ms,
            retention_ms=self._retention_ms,
            idle_since_ms=group.recorded_ms if expiry is OffsetExpiry.FROM_EMPTY else None,
            is_subscribed=lambda topic: is_used and group.is_subscribed(topic),
        )

    def topic_deleted(self, prefix: str, topic: str) -> GroupDecision:
        """Forget what the tenant's groups have committed in it: a topic that gets its name later
        is another topic."""
        gone = [
            record
            for group_id in self.offsets.groups()
            if group_id.startswith(prefix)
            for record in self.offsets.without_topic(topic, group_id)
        ]
        return Decision(records=tuple(gone))

    def fired(self, key: Hashable, now: Instant) -> GroupDecision:
        assert isinstance(key, SessionTimer | JoinTimer | SyncTimer)
        group = self._groups.get(key.group_id)
        return Decision() if group is None else _scoped(key.group_id, group.fired(key, now))

    def loaded(self, now: Instant) -> GroupDecision:
        """Members have a whole session to find this coordinator."""
        records: list[StateRecord] = []
        events: list[Any] = []
        effects: list[Any] = []
        for group_id, group in self._groups.items():
            decision = _scoped(group_id, group.loaded(now))
            records += decision.records
            events += decision.events
            effects += decision.effects
        return Decision(tuple(records), tuple(events), tuple(effects))

    def token_gone(self, token: Token, group_id: str, now: Instant) -> GroupDecision:
        """Nobody waits for that answer of the group's any more."""
        group = self._groups.get(group_id)
        if group is None:
            return Decision()
        return _scoped(group_id, group.token_gone(token, now))

    # The only mutations.

    def replay(self, record: StateRecord) -> None:
        key = record.key
        if isinstance(key, OffsetCommitKey):
            self.offsets.replay(record)
            if record.value is not None:
                self._group(key.group)
        elif isinstance(key, GroupMetadataKey):
            if record.value is None:
                self._groups.pop(key.group, None)
            else:
                self._group(key.group).replay(record)

    def replay_in_transaction(self, producer_id: int, record: StateRecord) -> None:
        self.offsets.replay_in_transaction(producer_id, record)

    def transaction_ended(self, producer_id: int, committed: bool) -> None:
        for group_id in self.offsets.transaction_ended(producer_id, committed):
            self._group(group_id)

    def replay_event(self, event: GroupEvent) -> None:
        self._group(event.group_id).replay_event(event.event)

    def _is_there(self, group_id: str, group: ClassicGroup) -> bool:
        """Whether anybody but this process would miss it."""
        return not group.is_untouched or bool(self.offsets.of(group_id))

    def _group(self, group_id: str) -> ClassicGroup:
        group = self._groups.get(group_id)
        if group is None:
            group = self._groups[group_id] = ClassicGroup(group_id, self._config)
        return group


def _commits(
    group_id: str, offsets: Sequence[NewOffset], at_ms: int, expires_ms: int
) -> tuple[list[StateRecord], list[ErrorCode]]:
    """The records of those that may be committed, and a code for each."""
    records: list[StateRecord] = []
    codes: list[ErrorCode] = []
    for new in offsets:
        if len(new.metadata.encode()) > OFFSET_METADATA_BYTES_MAX:
            codes.append(ErrorCode.OFFSET_METADATA_TOO_LARGE)
            continue
        codes.append(ErrorCode.NONE)
        records.append(
            commit(
                group_id,
                new.place,
                offset=new.offset,
                leader_epoch=new.leader_epoch,
                metadata=new.metadata,
                now_ms=at_ms,
                expires_ms=expires_ms,
            )
        )
    return records, codes


def _scoped(group_id: str, decision: GroupDecision) -> GroupDecision:
    """The decision of one group as the shard's."""
    return replace(
        decision,
        events=tuple(GroupEvent(group_id, event) for event in decision.events),
    )


def _reply(token: Token, result: object) -> GroupDecision:
    return Decision(effects=(Reply(token, result),))
