"""A group's state, and the only code that changes it: the replay of its records and events.

What heartbeats ask for is kept ready, so that one in a group at rest costs the same whether the
group has three members or a thousand.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace

from brokers.groups.assignors.specification import Partitions
from brokers.groups.classic.member import Protocol
from brokers.groups.consumer.events import (
    Event,
    JoinAnswered,
    JoinDemanded,
    RegexesResolved,
    TargetComputed,
    TopicsSeen,
)
from brokers.groups.consumer.member import (
    LEAVING,
    NOTHING,
    ClassicMember,
    Member,
    MemberState,
)
from brokers.groups.consumer.subscription import ResolvedRegex, Subscription
from brokers.wire.coordinator import (
    consumer_group_current_member_assignment_value as current_assignment,
)
from brokers.wire.coordinator import (
    consumer_group_target_assignment_member_value as target_assignment,
)
from brokers.wire.coordinator.consumer_group_current_member_assignment_key import (
    ConsumerGroupCurrentMemberAssignmentKey,
)
from brokers.wire.coordinator.consumer_group_member_metadata_key import (
    ConsumerGroupMemberMetadataKey,
)
from brokers.wire.coordinator.consumer_group_member_metadata_value import (
    ConsumerGroupMemberMetadataValue,
)
from brokers.wire.coordinator.consumer_group_metadata_key import ConsumerGroupMetadataKey
from brokers.wire.coordinator.consumer_group_partition_metadata_key import (
    ConsumerGroupPartitionMetadataKey,
)
from brokers.wire.coordinator.consumer_group_regular_expression_key import (
    ConsumerGroupRegularExpressionKey,
)
from brokers.wire.coordinator.consumer_group_target_assignment_member_key import (
    ConsumerGroupTargetAssignmentMemberKey,
)
from brokers.wire.coordinator.consumer_group_target_assignment_metadata_key import (
    ConsumerGroupTargetAssignmentMetadataKey,
)
from brokers.wire.coordinator.state_record import StateRecord


class GroupState:
    """Attributes are for reading; only ``replay`` and ``replay_event`` change them."""

    __slots__ = (
        "assignment_epoch",
        "epoch",
        "group_id",
        "instances",
        "joins_demanded",
        "kept_bytes",
        "members",
        "metadata_hash",
        "owners",
        "regexes",
        "regexes_resolved",
        "subscriptions",
        "target_ms",
        "targets",
        "topics_version",
    )

    def __init__(self, group_id: str) -> None:
        self.group_id = group_id
        self.epoch = 0
        """Rises whenever a new target is needed."""
        self.metadata_hash = 0
        self.assignment_epoch = 0
        """The group epoch that the target was computed for."""
        self.members: dict[str, Member] = {}
        self.targets: dict[str, Partitions] = {}
        self.regexes: dict[str, ResolvedRegex] = {}
        self.instances: dict[str, str] = {}
        """Instance id to the member id that holds it."""
        self.owners: dict[tuple[bytes, int], str] = {}
        """Topic id and partition to the member that may be reading from it."""
        self.subscriptions: Counter[Subscription] = Counter()
        """How many members have each; those of nobody are left out."""
        self.topics_version: int | None = None
        """Not recorded: a new coordinator looks at the topics again."""
        self.regexes_resolved: RegexesResolved | None = None
        self.target_ms: int | None = None
        """When this coordinator last computed a target, monotonic."""
        self.joins_demanded: set[str] = set()
        """Classic members that were told to join again, and have not."""
        self.kept_bytes = 0
        """What the members take of the coordinator's memory."""

    # Reading.

    def static_member(self, instance_id: str) -> Member | None:
        member_id = self.instances.get(instance_id)
        return None if member_id is None else self.members.get(member_id)

    def subscriptions_with(self, before: Member | None, after: Member) -> set[Subscription]:
        """What members want once ``after`` has taken the place of ``before``."""
        found = set(self.subscriptions)
        if before is not None and self.subscriptions[before.subscription] == 1:
            found.discard(before.subscription)
        found.add(after.subscription)
        return found

    def uses_of_regex(self, regex: str) -> int:
        """How many members subscribe with it."""
        return sum(n for found, n in self.subscriptions.items() if found.regex == regex)

    # Changing.

    def replay_event(self, event: Event) -> None:
        match event:
            case TopicsSeen(version):
                self.topics_version = version
            case RegexesResolved():
                self.regexes_resolved = event
            case TargetComputed(now_ms):
                self.target_ms = now_ms
            case JoinDemanded(member_id):
                self.joins_demanded.add(member_id)
            case JoinAnswered(member_id):
                self.joins_demanded.discard(member_id)

    def replay(self, record: StateRecord) -> None:
        value = record.value
        match record.key:
            case ConsumerGroupMemberMetadataKey(member_id=member_id):
                self._replay_member(member_id, value)
            case ConsumerGroupCurrentMemberAssignmentKey(member_id=member_id):
                self._replay_current(member_id, value)
            case ConsumerGroupTargetAssignmentMemberKey(member_id=member_id):
                if value is None:
                    self.targets.pop(member_id, None)
                else:
                    self.targets[member_id] = _partitions(value.topic_partitions)
            case ConsumerGroupMetadataKey():
                self.epoch = 0 if value is None else value.epoch
                self.metadata_hash = 0 if value is None else value.metadata_hash
            case ConsumerGroupTargetAssignmentMetadataKey():
                self.assignment_epoch = 0 if value is None else value.assignment_epoch
            case ConsumerGroupRegularExpressionKey(regular_expression=regex):
                if value is None:
                    self.regexes.pop(regex, None)
                else:
                    self.regexes[regex] = ResolvedRegex(
                        frozenset(value.topics), value.version, value.timestamp
                    )
            case ConsumerGroupPartitionMetadataKey():
                pass  # written before Kafka 4.1; the hash of the topics has replaced it
            case _:
                raise TypeError(f"{type(record.key).__name__} is not about a KIP-848 group")

    def _replay_member(
        self, member_id: str, value: ConsumerGroupMemberMetadataValue | None
    ) -> None:
        if value is None:
            self._remove(member_id)
            return
        classic = value.classic_member_metadata
        self._put(
            replace(
                self.members.get(member_id) or Member(member_id),
                instance_id=value.instance_id,
                rack_id=value.rack_id,
                client_id=value.client_id,
                client_host=value.client_host,
                rebalance_timeout_ms=value.rebalance_timeout_ms,
                subscription=Subscription(
                    frozenset(value.subscribed_topic_names), value.subscribed_topic_regex or ""
                ),
                assignor=value.server_assignor,
                classic=None
                if classic is None
                else ClassicMember(
                    classic.session_timeout_ms,
                    tuple(Protocol(p.name, p.metadata) for p in classic.supported_protocols),
                ),
            )
        )

    def _replay_current(
        self,
        member_id: str,
        value: current_assignment.ConsumerGroupCurrentMemberAssignmentValue | None,
    ) -> None:
        member = self.members.get(member_id)
        if value is None:
            if member is not None:
                self._put(
                    replace(
                        member,
                        epoch=LEAVING,
                        previous_epoch=LEAVING,
                        state=MemberState.STABLE,
                        assigned=NOTHING,
                        revoking=NOTHING,
                    )
                )
            return
        known = value.state in MemberState.__members__.values()
        self._put(
            replace(
                member or Member(member_id),
                epoch=value.member_epoch,
                previous_epoch=value.previous_member_epoch,
                state=MemberState(value.state) if known else MemberState.UNKNOWN,
                assigned=_partitions(value.assigned_partitions),
                revoking=_partitions(value.partitions_pending_revocation),
            )
        )

    def _put(self, member: Member) -> None:
        """Add or replace a member, and keep what is derived from members in step."""
        old = self.members.get(member.member_id)
        self.members[member.member_id] = member
        # What it says comes with its subscription; else it has only taken a step.
        if old is None or old.subscription is not member.subscription:
            self.kept_bytes += member.kept_bytes - (0 if old is None else old.kept_bytes)
        if old is None or old.subscription != member.subscription:
            self._forget_subscription(old)
            self.subscriptions[member.subscription] += 1
        if old is not None and old.instance_id != member.instance_id:
            self._forget_instance(old)
        if member.instance_id is not None:
            self.instances[member.instance_id] = member.member_id
        if old is None or old.assigned != member.assigned or old.revoking != member.revoking:
            self._forget_partitions(old)
            for place in _places(member):
                self.owners[place] = member.member_id

    def _remove(self, member_id: str) -> None:
        member = self.members.pop(member_id, None)
        self.joins_demanded.discard(member_id)
        if member is not None:
            self.kept_bytes -= member.kept_bytes
            self._forget_subscription(member)
            self._forget_instance(member)
            self._forget_partitions(member)

    def _forget_subscription(self, member: Member | None) -> None:
        if member is not None:
            self.subscriptions[member.subscription] -= 1
            if not self.subscriptions[member.subscription]:
                del self.subscriptions[member.subscription]

    def _forget_instance(self, member: Member) -> None:
        """Unless another member has taken the instance id since."""
        instance_id = member.instance_id
        if instance_id is not None and self.instances.get(instance_id) == member.member_id:
            del self.instances[instance_id]

    def _forget_partitions(self, member: Member | None) -> None:
        """But for those that another member has taken since."""
        if member is not None:
            for place in _places(member):
                if self.owners.get(place) == member.member_id:
                    del self.owners[place]


def _places(member: Member) -> Iterable[tuple[bytes, int]]:
    for partitions in (member.assigned, member.revoking):
        for topic_id, found in partitions.items():
            for partition in found:
                yield topic_id, partition


def _partitions(
    listed: Iterable[current_assignment.TopicPartitions | target_assignment.TopicPartition],
) -> Partitions:
    """Lists of records as sets; a topic may be listed more than once."""
    found: dict[bytes, frozenset[int]] = {}
    for entry in listed:
        found[entry.topic_id] = found.get(entry.topic_id, frozenset()) | frozenset(entry.partitions)
    return {topic_id: partitions for topic_id, partitions in found.items() if partitions}


def topics_of(
    subscriptions: Iterable[Subscription], regexes: Mapping[str, ResolvedRegex]
) -> set[str]:
    """Names of the topics that any of them is about."""
    found: set[str] = set()
    for subscription in subscriptions:
        found |= subscription.topics(regexes)
    return found
