"""A classic group as the shell holds it: one method per verb.

Verbs decide and change nothing; ``replay`` and ``replay_event`` apply what was decided. Nothing is
asked of a machine before what it decided last has been replayed or refused.
"""

from collections.abc import Hashable, Sequence

from brokers.groups.classic import (
    commits,
    describing,
    joining,
    leaving,
    rebalance,
    sessions,
    syncing,
)
from brokers.groups.classic.commits import OffsetExpiry
from brokers.groups.classic.config import ClassicConfig
from brokers.groups.classic.draft import ClassicDecision, Draft
from brokers.groups.classic.events import Event
from brokers.groups.classic.group import Group
from brokers.groups.classic.member import Member
from brokers.groups.classic.record import tombstone
from brokers.groups.classic.requests import Departure, HeartbeatRequest, JoinRequest, SyncRequest
from brokers.groups.classic.results import GroupDescription, GroupListing
from brokers.groups.classic.states import GroupState
from brokers.groups.classic.timers import JoinTimer, SessionTimer, SyncTimer
from brokers.groups.kept_bytes import Room, unbounded
from brokers.kernel.clock import Instant
from brokers.kernel.decision import SetTimer, Token
from brokers.kernel.errors import ErrorCode
from brokers.wire.coordinator.state_record import StateRecord


class ClassicGroup:
    """The group of that id, empty and not recorded until something is replayed."""

    def __init__(self, group_id: str, config: ClassicConfig) -> None:
        self._group = Group(group_id)
        self._config = config

    # What members ask.

    def join(
        self, request: JoinRequest, token: Token, now: Instant, room: Room = unbounded
    ) -> ClassicDecision:
        """Replies with a ``JoinResult``: at once, or when the generation begins.

        Create a machine for this only when ``request.member_id`` is empty; of a group that is not
        there a member with an id is unknown.
        """
        draft = self._draft(now)
        joining.join(draft, request, token, room)
        return draft.decision()

    def sync(
        self, request: SyncRequest, token: Token, now: Instant, room: Room = unbounded
    ) -> ClassicDecision:
        """Replies with a ``SyncResult``: at once, or when the leader has assigned."""
        draft = self._draft(now)
        syncing.sync(draft, request, token, room)
        return draft.decision()

    def heartbeat(self, request: HeartbeatRequest, token: Token, now: Instant) -> ClassicDecision:
        """Replies with a ``HeartbeatResult``."""
        draft = self._draft(now)
        sessions.heartbeat(draft, request, token)
        return draft.decision()

    def leave(self, departures: Sequence[Departure], token: Token, now: Instant) -> ClassicDecision:
        """Replies with a ``LeaveResult``."""
        draft = self._draft(now)
        leaving.leave(draft, departures, token)
        return draft.decision()

    # What else happens.

    def fired(self, key: Hashable, now: Instant) -> ClassicDecision:
        """A timer that this machine has set, and neither replaced nor cancelled since."""
        draft = self._draft(now)
        match key:
            case SessionTimer():
                sessions.on_session_timer(draft, key.member_id)
            case JoinTimer():
                rebalance.on_join_timer(draft)
            case SyncTimer():
                sessions.on_sync_timer(draft)
        return draft.decision()

    def token_gone(self, token: Token, now: Instant) -> ClassicDecision:
        """Nobody waits for that token's reply any more. An unknown token changes nothing."""
        draft = self._draft(now)
        sessions.on_token_gone(draft, token)
        return draft.decision()

    def loaded(self, now: Instant) -> ClassicDecision:
        """After the log has been replayed: members have a whole session timeout to find this
        coordinator. What was not recorded is gone: whoever had joined a later generation is told so
        and joins again. A group that is over a lowered limit rebalances.
        """
        draft = self._draft(now)
        for member in draft.group.roster:
            draft.renew_session(member)
        if len(draft.group.roster) > self._config.members_max:
            rebalance.begin(draft)
            rebalance.go_on(draft)
        return draft.decision()

    # Offsets.

    def validate_offset_commit(
        self, member_id: str, instance_id: str | None, generation: int, now: Instant
    ) -> tuple[ErrorCode, tuple[SetTimer, ...]]:
        """Whether OffsetCommit is good, and the timer to set if so: it counts as a heartbeat."""
        error = commits.commit_error(self._group, member_id, instance_id, generation)
        member = self._group.roster.get(member_id)
        if error is not ErrorCode.NONE or member is None or not commits.keeps_session(self._group):
            return error, ()
        at_ms = now.monotonic_ms + member.session_timeout_ms
        return error, (SetTimer(SessionTimer(self._group.group_id, member_id), at_ms),)

    def validate_txn_offset_commit(
        self, member_id: str, instance_id: str | None, generation: int
    ) -> ErrorCode:
        return commits.txn_commit_error(self._group, member_id, instance_id, generation)

    def validate_offset_delete(self) -> ErrorCode:
        """``NONE`` means: for topics that are not ``is_subscribed``."""
        return commits.delete_offsets_error(self._group)

    def is_subscribed(self, topic: str) -> bool:
        return commits.is_subscribed(self._group, topic)

    def offset_expiry(self) -> OffsetExpiry:
        """Offsets of a topic that ``is_subscribed`` do not expire whatever this says."""
        return commits.offset_expiry(self._group)

    @property
    def recorded_ms(self) -> int:
        """Wall-clock time of the last record, -1 for none: of an empty group, since when it is."""
        return self._group.recorded_ms

    # Administration.

    @property
    def state(self) -> GroupState:
        return self._group.state

    @property
    def is_empty(self) -> bool:
        return self._group.state is GroupState.EMPTY

    @property
    def is_untouched(self) -> bool:
        """Nothing is recorded and nobody is there or expected: the machine may be dropped."""
        group = self._group
        return not (group.is_recorded or group.roster or group.issued_ids)

    @property
    def kept_bytes(self) -> int:
        """What the members take of the coordinator's memory."""
        return self._group.kept_bytes

    def describe(self) -> GroupDescription:
        return describing.describe(self._group)

    def listing(self) -> GroupListing:
        return describing.listing(self._group)

    def validate_delete(self) -> ErrorCode:
        match self._group.state:
            case GroupState.DEAD:
                return ErrorCode.GROUP_ID_NOT_FOUND
            case GroupState.EMPTY:
                return ErrorCode.NONE
            case _:
                return ErrorCode.NON_EMPTY_GROUP

    def delete(self, now: Instant) -> ClassicDecision:
        """The tombstone, to be appended with those of the group's offsets. Replayed, the group is
        dead and its machine can be dropped. Raises ``ValueError`` unless ``validate_delete`` says
        ``NONE``.
        """
        if self.validate_delete() is not ErrorCode.NONE:
            raise ValueError(
                f"group {self._group.group_id} is {self._group.state.value}, not Empty"
            )
        draft = self._draft(now)
        for member_id in sorted(draft.group.issued_ids):
            rebalance.forget_issued_id(draft, member_id)
        draft.record(tombstone(self._group.group_id))
        return draft.decision()

    # Becoming a KIP-848 group, and back.

    @property
    def generation(self) -> int:
        return self._group.generation

    @property
    def protocol_type(self) -> str | None:
        return self._group.protocol_type

    @property
    def members(self) -> tuple[Member, ...]:
        """In the order in which they came."""
        return tuple(self._group.roster)

    def begin_rebalance(self, now: Instant) -> ClassicDecision:
        """Everyone must join again, for something is nobody's."""
        draft = self._draft(now)
        for member in draft.group.roster:
            draft.renew_session(member)
        rebalance.begin(draft)
        rebalance.go_on(draft)
        return draft.decision()

    # The only mutation.

    def replay(self, record: StateRecord) -> None:
        """A record of this group's ``GroupMetadataKey``."""
        self._group.replay(record.value)

    def replay_event(self, event: Event) -> None:
        self._group.apply(event)

    def _draft(self, now: Instant) -> Draft:
        return Draft(self._group, self._config, now)
