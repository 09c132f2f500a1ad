"""Every group of one partition of ``__consumer_offsets``: finds the group, scopes what it decides.

A group is a classic one or one of KIP-848, and may become the other. Decides as its groups do and
changes nothing: that is the table's (``table.py``), as records tell. Group ids are qualified;
topics are those of the group's tenant.
"""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import replace
from functools import partial
from typing import Final

from brokers.groups.classic.machine import ClassicGroup
from brokers.groups.classic.requests import Departure, HeartbeatRequest, JoinRequest, SyncRequest
from brokers.groups.classic.results import HeartbeatResult, JoinResult, LeaveResult, SyncResult
from brokers.groups.classic.states import GroupState
from brokers.groups.classic.timers import JoinTimer, SessionTimer, SyncTimer
from brokers.groups.config import GroupsConfig
from brokers.groups.consumer import requests as consumer
from brokers.groups.consumer.machine import ConsumerGroup
from brokers.groups.consumer.member import AWAY, LEAVING
from brokers.groups.consumer.results import GroupDescription
from brokers.groups.consumer.results import HeartbeatResult as ConsumerResult
from brokers.groups.consumer.topics import Topics
from brokers.groups.conversion import downgrade, may_downgrade, upgrade
from brokers.groups.listing import ListedGroup
from brokers.groups.offset_requests import (
    CommitInTransaction,
    CommitOffsets,
    CommittedOffsets,
    DeletedOffsets,
    DeleteOffsets,
    FetchedOffset,
    FetchedOffsets,
    FetchOffsets,
)
from brokers.groups.offset_resets import reset_by
from brokers.groups.offset_rules import commit_records, expired_offsets
from brokers.groups.offsets import NO_EXPIRY, tombstone
from brokers.groups.scoped import ConsumerTimer, GroupDecision, of_classic, of_consumer
from brokers.groups.table import GroupTable
from brokers.kernel.clock import Instant
from brokers.kernel.decision import Decision, Reply, SetTimer, Token
from brokers.kernel.errors import ErrorCode, Refusal
from brokers.wire.coordinator.state_record import StateRecord

EXPIRED_AT_ONCE_MAX: Final = 1_000
"""Tombstones of one sweep: they are one batch, and the next sweep goes on."""


class GroupShard(GroupTable):
    """One coordinator's state, rebuilt from its partition by whoever leads it."""

    def __init__(
        self,
        config: GroupsConfig,
        topics_of: Callable[[str], Topics],
        room_of: Callable[[str], int],
    ) -> None:
        """``topics_of``: a group's tenant's topics as they are now, by the group's id; ``room_of``:
        how many bytes more the members of all that tenant's groups may take of the broker."""
        super().__init__(config)
        self._topics_of = topics_of
        self._room_of = room_of

    def knows(self, group_id: str) -> bool:
        """Whether the group is there, if only for what it has committed or is about to."""
        return (
            group_id in self._consumer
            or group_id in self._classic
            or self.offsets.has_pending(group_id)
        )

    def group_ids(self) -> list[str]:
        """Of every group that anybody but this process would miss."""
        return [group_id for group_id, group in self._all() if self._is_there(group_id, group)]

    # Members that speak the classic protocol.

    def join(
        self, group_id: str, request: JoinRequest, token: Token, now: Instant
    ) -> GroupDecision:
        """Replies with a ``JoinResult``."""
        room = partial(self._room_of, group_id)
        mixed = self._consumer.get(group_id)
        if mixed is not None and not mixed.is_empty:
            return of_consumer(
                group_id, mixed.classic_join(request, token, now, self._topics_of(group_id), room)
            )
        group = self._classic.get(group_id)
        if group is None:
            if request.member_id:
                return _reply(token, JoinResult(ErrorCode.UNKNOWN_MEMBER_ID, request.member_id))
            group = ClassicGroup(group_id, self._config.classic)
        decision = of_classic(group_id, group.join(request, token, now, room))
        if mixed is None:
            return decision
        # A group of the other kind that nobody is in any more: it ends here.
        return replace(decision, records=(*mixed.delete(now).records, *decision.records))

    def sync(
        self, group_id: str, request: SyncRequest, token: Token, now: Instant
    ) -> GroupDecision:
        """Replies with a ``SyncResult``."""
        mixed = self._consumer.get(group_id)
        if mixed is not None:
            return of_consumer(
                group_id, mixed.classic_sync(request, token, now, self._topics_of(group_id))
            )
        group = self._classic.get(group_id)
        if group is None:
            return _reply(token, SyncResult(ErrorCode.UNKNOWN_MEMBER_ID))
        return of_classic(
            group_id, group.sync(request, token, now, partial(self._room_of, group_id))
        )

    def heartbeat(
        self, group_id: str, request: HeartbeatRequest, token: Token, now: Instant
    ) -> GroupDecision:
        """Replies with a ``HeartbeatResult``."""
        mixed = self._consumer.get(group_id)
        if mixed is not None:
            return of_consumer(
                group_id, mixed.classic_heartbeat(request, token, now, self._topics_of(group_id))
            )
        group = self._classic.get(group_id)
        if group is None:
            return _reply(token, HeartbeatResult(ErrorCode.UNKNOWN_MEMBER_ID))
        return of_classic(group_id, group.heartbeat(request, token, now))

    def leave(
        self, group_id: str, departures: Sequence[Departure], token: Token, now: Instant
    ) -> GroupDecision:
        """Replies with a ``LeaveResult``."""
        mixed = self._consumer.get(group_id)
        if mixed is not None:
            going = mixed.leaving(departures)
            return self._without(
                group_id, mixed, going, mixed.classic_leave(departures, token), now
            )
        group = self._classic.get(group_id)
        if group is None:
            return _reply(token, LeaveResult(ErrorCode.UNKNOWN_MEMBER_ID))
        return of_classic(group_id, group.leave(departures, token, now))

    # Members that speak KIP-848's protocol.

    def consumer_heartbeat(
        self,
        group_id: str,
        request: consumer.HeartbeatRequest,
        token: Token,
        now: Instant,
    ) -> GroupDecision:
        """Replies with KIP-848's ``HeartbeatResult``."""
        topics = self._topics_of(group_id)
        room = partial(self._room_of, group_id)
        group = self._consumer.get(group_id)
        if group is not None:
            if request.member_epoch in (LEAVING, AWAY):
                decision = group.heartbeat(request, token, now, topics)
                going = [request.member_id]
                return self._without(group_id, group, going, decision, now)
            return of_consumer(group_id, group.heartbeat(request, token, now, topics, room))
        classic = self._classic.get(group_id)
        if request.member_epoch != 0:
            unknown = ConsumerResult(ErrorCode.UNKNOWN_MEMBER_ID, "the group has no such member")
            return _reply(token, unknown)
        if classic is None:
            fresh = ConsumerGroup(group_id, self._config.consumer)
            return of_consumer(group_id, fresh.heartbeat(request, token, now, topics, room))
        return self._upgraded(group_id, classic, request, token, now)

    def _upgraded(
        self,
        group_id: str,
        classic: ClassicGroup,
        request: consumer.HeartbeatRequest,
        token: Token,
        now: Instant,
    ) -> GroupDecision:
        """The first member of the new protocol takes the whole group with it."""
        topics = self._topics_of(group_id)
        try:
            records = upgrade(
                group_id, classic.generation, classic.protocol_type, classic.members,
                topics=topics, config=self._config.consumer, policy=self._config.migration,
            )  # fmt: skip
        except Refusal as refusal:
            return _reply(token, ConsumerResult.refused(refusal))
        fresh = ConsumerGroup(group_id, self._config.consumer)
        for record in records[1:]:
            fresh.replay(record)
        begun = of_consumer(group_id, fresh.loaded(now))
        room = partial(self._room_of, group_id)
        decision = of_consumer(group_id, fresh.heartbeat(request, token, now, topics, room))
        again = [
            Reply(member.token, _rejoin(classic, member.member_id))
            for member in classic.members
            if member.token is not None
        ]
        return replace(
            decision,
            records=(*records, *decision.records),
            effects=(*begun.effects, *again, *decision.effects),
        )

    def _without(
        self,
        group_id: str,
        group: ConsumerGroup,
        going: Sequence[str],
        decision: GroupDecision,
        now: Instant,
    ) -> GroupDecision:
        """What removes members, as a return to the classic protocol where only such are left."""
        config = self._config
        removes = bool(decision.records) and any(each in group.state.members for each in going)
        if not removes or not may_downgrade(
            group.state, going, config.migration, config.classic.members_max
        ):
            return of_consumer(group_id, decision)
        topics = self._topics_of(group_id)
        records = downgrade(group.state, going, topics=topics, wall_ms=now.wall_ms)
        fresh = ClassicGroup(group_id, config.classic)
        fresh.replay(records[-1])
        begun = of_classic(group_id, fresh.begin_rebalance(now))
        replies = tuple(each for each in decision.effects if isinstance(each, Reply))
        return replace(
            begun, records=(*records, *begun.records), effects=(*begun.effects, *replies)
        )

    def describe_consumer_group(self, group_id: str, token: Token) -> GroupDecision:
        """Replies with a ``GroupDescription``, or None for a group that is not of KIP-848."""
        group = self._consumer.get(group_id)
        described: GroupDescription | None = None
        if group is not None and not group.is_untouched:
            described = group.describe(self._topics_of(group_id))
        return _reply(token, described)

    # Offsets.

    def commit_offsets(self, request: CommitOffsets, token: Token, now: Instant) -> GroupDecision:
        """Replies with ``CommittedOffsets``."""
        group_id = request.group_id
        who = (request.member_id, request.instance_id, request.generation)
        timers: tuple[SetTimer, ...] = ()
        if group_id in self._consumer:
            code = self._consumer[group_id].validate_offset_commit(*who)
        elif group_id in self._classic:
            code, timers = self._classic[group_id].validate_offset_commit(*who, now)
        else:
            code = _without_a_group(request.generation)
        if code:
            return _reply(token, CommittedOffsets([code] * len(request.offsets)))
        records, codes = commit_records(
            self.offsets, group_id, request.offsets, request.at_ms, request.expires_ms
        )
        before = self.offsets.of(group_id)
        reset = reset_by(request, codes, before, had_members=self._had_members(group_id))
        replied = Reply(token, CommittedOffsets(codes, reset))
        return Decision(records=tuple(records), effects=(*timers, replied))

    def _had_members(self, group_id: str) -> bool:
        """Whether the group has members or is known to have had some."""
        group = self._classic.get(group_id)
        return group_id in self._consumer or (group is not None and group.protocol_type is not None)

    def commit_in_transaction(self, request: CommitInTransaction, token: Token) -> GroupDecision:
        """Replies with one code for each offset."""
        group_id = request.group_id
        who = (request.member_id, request.instance_id, request.generation)
        if group_id in self._consumer:
            code = self._consumer[group_id].validate_offset_commit(*who)
        elif group_id in self._classic:
            code = self._classic[group_id].validate_txn_offset_commit(*who)
        else:
            code = _without_a_group(request.generation)
        if code:
            return _reply(token, [code] * len(request.offsets))
        records, codes = commit_records(
            self.offsets, group_id, request.offsets, request.at_ms, NO_EXPIRY
        )
        return Decision(
            records=tuple(records),
            effects=(Reply(token, codes),),
            producer_id=request.producer_id if records else -1,
            producer_epoch=request.producer_epoch,
        )

    def fetch_offsets(self, request: FetchOffsets, token: Token) -> GroupDecision:
        """Replies with ``FetchedOffsets``. A group that nobody knows has committed nothing."""
        group_id, offsets = request.group_id, self.offsets
        group = self._consumer.get(group_id)
        if group is not None:
            code = group.validate_offset_fetch(request.member_id, request.member_epoch)
            if code:
                return _reply(token, FetchedOffsets(code))
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
        group_id = request.group_id
        group = self._consumer.get(group_id) or self._classic.get(group_id)
        if group is None:
            return _reply(token, DeletedOffsets(ErrorCode.GROUP_ID_NOT_FOUND))
        if isinstance(group, ClassicGroup):
            code = group.validate_offset_delete()
            if code:
                return _reply(token, DeletedOffsets(code))
        codes = [
            ErrorCode.GROUP_SUBSCRIBED_TO_TOPIC
            if not group.is_empty and group.is_subscribed(place[0])
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
            ListedGroup(group_id, "consumer", group.state_name, "consumer")
            for group_id, group in self._consumer.items()
            if group_id.startswith(prefix) and self._is_there(group_id, group)
        ]
        listed += [
            ListedGroup(group_id, listing.protocol_type, listing.state, "classic")
            for group_id, group in self._classic.items()
            if group_id.startswith(prefix) and self._is_there(group_id, group)
            for listing in (group.listing(),)
        ]
        return _reply(token, listed)

    def describe_group(self, group_id: str, token: Token) -> GroupDecision:
        """Replies with a ``classic.results.GroupDescription``, or None for a group that is not
        there or not classic."""
        group = self._classic.get(group_id)
        if group is None or not self._is_there(group_id, group):
            return _reply(token, None)
        return _reply(token, group.describe())

    def delete_group(self, group_id: str, token: Token, now: Instant) -> GroupDecision:
        """Replies with a code."""
        group = self._consumer.get(group_id) or self._classic.get(group_id)
        if group is None or not self._is_there(group_id, group):
            return _reply(token, ErrorCode.GROUP_ID_NOT_FOUND)
        code = group.validate_delete()
        if code:
            return _reply(token, code)
        decision = self._scoped(group_id, group.delete(now))
        return replace(
            decision,
            records=(*self.offsets.forgotten(group_id), *decision.records),
            effects=(*decision.effects, Reply(token, ErrorCode.NONE)),
        )

    # What happens by itself.

    def expire(self, now: Instant) -> GroupDecision:
        """Forget offsets that were unused for too long, and empty groups that have none left."""
        records: list[StateRecord] = []
        for group_id, group in self._all():
            if len(records) >= EXPIRED_AT_ONCE_MAX:
                break
            expired = expired_offsets(
                self.offsets, group_id, group, now.wall_ms, self._config.offsets_retention_ms
            )
            records += expired
            is_left = len(expired) < len(self.offsets.of(group_id))
            if group.is_empty and not (is_left or self.offsets.has_pending(group_id)):
                records += group.delete(now).records
        return Decision(records=tuple(records))

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
        """The timer of ``key`` has come."""
        match key:
            case ConsumerTimer(group_id, timer):
                group = self._consumer.get(group_id)
                if group is None:
                    return Decision()
                decision = group.fired(timer, now)
                return self._without(group_id, group, [timer.member_id], decision, now)
            case SessionTimer() | JoinTimer() | SyncTimer():
                classic = self._classic.get(key.group_id)
                if classic is not None:
                    return of_classic(key.group_id, classic.fired(key, now))
        return Decision()

    def loaded(self, now: Instant) -> GroupDecision:
        """Members have a whole session to find this coordinator."""
        decisions = [self._scoped(group_id, group.loaded(now)) for group_id, group in self._all()]
        return Decision(
            tuple(record for each in decisions for record in each.records),
            tuple(event for each in decisions for event in each.events),
            tuple(effect for each in decisions for effect in each.effects),
        )

    def token_gone(self, token: Token, group_id: str, now: Instant) -> GroupDecision:
        """Nobody waits for that answer of the group's any more."""
        group = self._classic.get(group_id)
        if group is None:
            return Decision()
        return of_classic(group_id, group.token_gone(token, now))

    def _scoped(self, group_id: str, decision: GroupDecision) -> GroupDecision:
        is_consumer = group_id in self._consumer
        return (of_consumer if is_consumer else of_classic)(group_id, decision)


def _without_a_group(generation: int) -> ErrorCode:
    """Whoever assigns itself, or an administrator, may commit: the group is there for that."""
    return ErrorCode.NONE if generation < 0 else ErrorCode.ILLEGAL_GENERATION


def _rejoin(classic: ClassicGroup, member_id: str) -> JoinResult | SyncResult:
    """What whoever waits in a group that changes its protocol is told."""
    if classic.state is GroupState.COMPLETING_REBALANCE:
        return SyncResult(ErrorCode.REBALANCE_IN_PROGRESS)
    return JoinResult(ErrorCode.REBALANCE_IN_PROGRESS, member_id)


def _reply(token: Token, result: object) -> GroupDecision:
    return Decision(effects=(Reply(token, result),))
