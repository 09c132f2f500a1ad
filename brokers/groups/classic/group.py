"""A classic group's state. ``replay`` and ``apply`` are all that ever changes it."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from brokers.groups.classic.events import (
    DelayExtended,
    Event,
    GenerationBegan,
    GroupEmptied,
    JoinsScheduled,
    MemberIdForgotten,
    MemberIdIssued,
    MemberJoined,
    MemberRemoved,
    MemberSynced,
    RebalanceBegan,
    StaticMemberReplaced,
    SyncsAnswered,
    SyncWaits,
    TokenGone,
)
from brokers.groups.classic.member import Member, Protocol
from brokers.groups.classic.record import member_of, stable_group
from brokers.groups.classic.roster import Roster
from brokers.groups.classic.states import GroupState
from brokers.groups.classic.subscriptions import CONSUMER, Subscriptions
from brokers.groups.kept_bytes import PART_BYTES
from brokers.kernel.errors import ErrorCode
from brokers.wire.coordinator.group_metadata_value import GroupMetadataValue
from brokers.wire.coordinator.state_record import StateRecord


@dataclass(slots=True)
class Group:
    """Recorded: generation, protocol, leader, and the members as of the last stable generation."""

    group_id: str
    state: GroupState = GroupState.EMPTY
    generation: int = 0
    protocol_type: str | None = None
    protocol_name: str | None = None
    """None until a first generation, and in an empty one."""
    leader: str | None = None
    recorded_ms: int = -1
    """Wall-clock time of the last record; of an empty group, when it became empty."""
    is_recorded: bool = False
    roster: Roster = field(default_factory=Roster)
    subscriptions: Subscriptions | None = None
    """Of the current generation; None when it is none of consumers."""
    issued_ids: set[str] = field(default_factory=set)
    """Member ids that were given out and have not joined."""
    issued_bytes: int = 0
    """What those take of the coordinator's memory."""
    unsynced: set[str] = field(default_factory=set)
    """Members of this generation that have not sent SyncGroup."""
    is_initial: bool = False
    """The rebalance under way began in an empty group, which waits for more members."""
    has_newcomers: bool = False
    """More members came since the initial delay began or was extended."""
    join_deadline_ms: int | None = None

    def copy(self) -> "Group":
        return replace(
            self,
            roster=self.roster.copy(),
            issued_ids=self.issued_ids.copy(),
            unsynced=self.unsynced.copy(),
        )

    # What can be asked.

    @property
    def kept_bytes(self) -> int:
        """What the members, and those about to become one, take of the coordinator's memory."""
        return self.roster.kept_bytes + self.issued_bytes

    @property
    def is_of_consumers(self) -> bool:
        return self.protocol_type == CONSUMER

    @property
    def has_all_joined(self) -> bool:
        """Nobody is waited for any more, neither members nor those about to become one."""
        return self.roster.waiting == len(self.roster) and not self.issued_ids

    def awaits_others(self, member_id: str) -> bool:
        """Whether joins go on waiting once this member's has come: for others, or for a delay."""
        if self.state is not GroupState.PREPARING_REBALANCE or self.join_deadline_ms is None:
            return False
        known = self.roster.get(member_id)
        missing = len(self.roster) - self.roster.waiting
        if known is not None and not known.is_waiting:
            missing -= 1
        issued = len(self.issued_ids) - (member_id in self.issued_ids)
        return self.is_initial or missing > 0 or issued > 0

    def supports(self, protocol_type: str, protocols: tuple[Protocol, ...]) -> bool:
        """Whether a member with these may join."""
        if self.state is GroupState.EMPTY:
            return bool(protocol_type and protocols)
        return protocol_type == self.protocol_type and self.roster.is_supported_by_all(protocols)

    def identity_error(self, member_id: str, instance_id: str | None) -> ErrorCode:
        """What is wrong with who a request says it comes from.

        A static member may leave its instance id out, as the old versions of Heartbeat and
        OffsetCommit must: nobody is fenced for that.
        """
        if instance_id is not None:
            known = self.roster.instances.get(instance_id)
            if known is None:
                return ErrorCode.UNKNOWN_MEMBER_ID
            if known != member_id:
                return ErrorCode.FENCED_INSTANCE_ID
        if member_id not in self.roster.members:
            return ErrorCode.UNKNOWN_MEMBER_ID
        return ErrorCode.NONE

    def stable_record(self, members: Iterable[Member], wall_ms: int) -> StateRecord:
        """This generation with ``members``, which carry its assignment."""
        return stable_group(
            group_id=self.group_id,
            generation=self.generation,
            protocol_type=self.protocol_type or "",
            protocol_name=self.protocol_name or "",
            leader=self.leader,
            members=members,
            wall_ms=wall_ms,
        )

    # What changes it.

    def replay(self, value: GroupMetadataValue | None) -> None:
        """A record of this group: a tombstone, an empty generation, or a stable one.

        A record knows a member's metadata for one protocol only. Of a member that is here anyway,
        what else it supports and what it waits for stay as they are.
        """
        if value is None:
            self._die()
            return
        known = self.roster.members
        self.roster = Roster()
        for recorded in value.members:
            member = member_of(recorded, value, known.get(recorded.member_id))
            self.roster.put(member)
        self.state = GroupState.STABLE if value.members else GroupState.EMPTY
        self.generation = value.generation
        self.protocol_type = value.protocol_type or None
        self.protocol_name = value.protocol
        self.leader = value.leader
        self.recorded_ms = value.current_state_timestamp
        self.is_recorded = True
        self._note_subscriptions()

    def apply(self, event: Event) -> None:
        match event:
            case MemberJoined():
                self._join(event.member)
                self.has_newcomers |= event.extends_delay
            case SyncWaits():
                self._update(event.member_id, is_waiting=True, token=event.token)
                self.unsynced.discard(event.member_id)
            case MemberSynced():
                self.unsynced.discard(event.member_id)
            case SyncsAnswered():
                self.roster.stop_waiting(keep_assignments=True)
            case RebalanceBegan():
                self._begin_rebalance()
            case JoinsScheduled():
                self.join_deadline_ms = event.deadline_ms
            case DelayExtended():
                self.has_newcomers = False
            case GenerationBegan():
                self._begin_generation(event)
            case GroupEmptied():
                self._begin_empty_generation(event.generation)
            case MemberIdIssued():
                self._issue_id(event.member_id)
            case MemberIdForgotten():
                self._forget_id(event.member_id)
            case MemberRemoved():
                self._remove(event.member_id)
            case StaticMemberReplaced():
                self._replace_static(event)
            case TokenGone():
                self._update(event.member_id, token=None)

    def _join(self, member: Member) -> None:
        if not len(self.roster):
            self.protocol_type = member.protocol_type
        self.roster.put(member)
        self._forget_id(member.member_id)
        if self.leader is None:
            self.leader = member.member_id

    def _issue_id(self, member_id: str) -> None:
        if member_id not in self.issued_ids:
            self.issued_ids.add(member_id)
            self.issued_bytes += PART_BYTES + len(member_id)

    def _forget_id(self, member_id: str) -> None:
        if member_id in self.issued_ids:
            self.issued_ids.remove(member_id)
            self.issued_bytes -= PART_BYTES + len(member_id)

    def _update(self, member_id: str, **changes: object) -> None:
        member = self.roster.members[member_id]
        self.roster.put(replace(member, **changes))  # type: ignore[arg-type]

    def _remove(self, member_id: str) -> None:
        self.roster.remove(member_id)
        self.unsynced.discard(member_id)
        if self.leader == member_id:
            self.leader = next(iter(self.roster.members), None)

    def _replace_static(self, event: StaticMemberReplaced) -> None:
        old, new = event.old_member_id, event.member.member_id
        self.roster.remove(old)
        self.roster.put(event.member)
        if self.leader == old:
            self.leader = new
        if old in self.unsynced:
            self.unsynced.remove(old)
            self.unsynced.add(new)

    def _begin_rebalance(self) -> None:
        self.is_initial = self.state is GroupState.EMPTY
        self.has_newcomers = False
        self.join_deadline_ms = None
        self.unsynced.clear()
        if self.state is GroupState.COMPLETING_REBALANCE:
            self.roster.stop_waiting(keep_assignments=False)
        self.state = GroupState.PREPARING_REBALANCE

    def _begin_generation(self, event: GenerationBegan) -> None:
        self._end_joins(event.generation)
        self.state = GroupState.COMPLETING_REBALANCE
        self.protocol_name = event.protocol_name
        self.leader = event.leader
        self.roster.stop_waiting(keep_assignments=True)
        self.unsynced = set(self.roster.members)
        self._note_subscriptions()

    def _begin_empty_generation(self, generation: int) -> None:
        self._end_joins(generation)
        self.state = GroupState.EMPTY
        self.protocol_name = None
        self.leader = None
        self.unsynced.clear()
        self._note_subscriptions()

    def _end_joins(self, generation: int) -> None:
        self.generation = generation
        self.is_initial = False
        self.has_newcomers = False
        self.join_deadline_ms = None

    def _note_subscriptions(self) -> None:
        self.subscriptions = None
        if self.is_of_consumers:
            name = self.protocol_name
            metadata = () if name is None else tuple(m.metadata(name) for m in self.roster)
            self.subscriptions = Subscriptions(metadata)

    def _die(self) -> None:
        self.state = GroupState.DEAD
        self.roster = Roster()
        self.leader = None
        self.protocol_name = None
        self.issued_ids.clear()
        self.issued_bytes = 0
        self.unsynced.clear()
