"""What one member's request moves: the group's epoch, its target, and the member itself.

Has what the member wants, or have the topics, changed? Then the group's epoch rises and a new
target is computed: for everyone and, but for a pause between two, at once. Last, this member alone
goes one step towards it; the others do so with their own requests. In a group at rest nothing of
this looks at any other member.
"""

from collections.abc import Callable, Mapping

from brokers.groups.assignors.specification import Partitions
from brokers.groups.consumer.config import ConsumerGroupConfig
from brokers.groups.consumer.events import Event, RegexesResolved, TargetComputed, TopicsSeen
from brokers.groups.consumer.joining import Entry
from brokers.groups.consumer.member import NOTHING, Member
from brokers.groups.consumer.reconciliation import reconcile
from brokers.groups.consumer.records import (
    current_record,
    epoch_record,
    member_record,
    regex_record,
    regex_tombstone,
)
from brokers.groups.consumer.regular_expressions import compile_regex, matching
from brokers.groups.consumer.requests import any_topic
from brokers.groups.consumer.state import GroupState, topics_of
from brokers.groups.consumer.subscription import NO_SUBSCRIPTION, ResolvedRegex, Subscription
from brokers.groups.consumer.target import compute_target, target_records
from brokers.groups.consumer.topics import Topics, metadata_hash
from brokers.kernel.errors import ErrorCode, Refusal
from brokers.kernel.limits import GROUP_REGEXES_MAX
from brokers.wire.coordinator.state_record import StateRecord


class Progress:
    """A draft of what changes; the group itself is only read."""

    def __init__(
        self,
        group: GroupState,
        entry: Entry,
        member: Member,
        owned: Partitions | None,
        *,
        topics: Topics,
        config: ConsumerGroupConfig,
        now_ms: int,
        wall_ms: int,
        may_describe: Callable[[str], bool] = any_topic,
    ) -> None:
        """``member``: whoever has entered, with what it says of itself now."""
        self.records: list[StateRecord] = list(entry.records)
        self.events: list[Event] = []
        self._group = group
        self._entry = entry
        self._member = member
        self._owned = owned
        self._topics = topics
        self._config = config
        self._now_ms = now_ms
        self._wall_ms = wall_ms
        self._may_describe = may_describe
        self._regexes: Mapping[str, ResolvedRegex] = group.regexes
        self._subscriptions: set[Subscription] | None = None

    def advance(self) -> Member:
        """The member after its step. Raises ``Refusal`` for a subscription that cannot be accepted,
        or a member to fence; nothing was decided then.
        """
        member = self._member
        if self._entry.before is None or member != self._entry.member:
            self.records.append(member_record(self._group.group_id, member))
        regexes_changed = self._resolve_regexes()
        epoch = self._raise_epoch(regexes_changed)
        assignment_epoch, target = self._group.assignment_epoch, self._entry.target
        if epoch > assignment_epoch and self._target_is_due():
            assignment_epoch, target = epoch, self._assign(epoch)
        after = reconcile(member, assignment_epoch, target, self._owned, self._is_free)
        if after != member:
            self.records.append(current_record(self._group.group_id, after))
        return after

    # What is wanted, and what there is.

    def _wanted(self) -> set[Subscription]:
        """The subscriptions of all members after this heartbeat."""
        if self._subscriptions is None:
            self._subscriptions = self._group.subscriptions_with(self._entry.before, self._member)
        return self._subscriptions

    def _subscription_changed(self) -> bool:
        before = self._entry.before
        return self._member.subscription != (
            NO_SUBSCRIPTION if before is None else before.subscription
        )

    def _resolve_regexes(self) -> bool:
        """Find the topics of a regular expression that is new to the group, or of all of them when
        topics have come or gone. Whether that changed what anyone subscribes to.
        """
        changed = self._subscription_changed()
        if not changed and not self._regexes_are_stale():
            return False
        in_use = {found.regex for found in self._wanted() if found.regex}
        if changed and self._member.subscription.regex:
            self._check_regex(self._member.subscription.regex, in_use)
        resolved = {regex: self._group.regexes.get(regex) for regex in in_use}
        stale = self._regexes_are_stale()
        version = self._topics.version
        is_new = False
        for regex, old in sorted(resolved.items()):
            if old is None or stale:
                found = matching(regex, filter(self._may_describe, self._topics.names()))
                resolved[regex] = new = ResolvedRegex(found, version, self._wall_ms)
                if old is None or old.topics != found:
                    is_new = is_new or bool(found) or old is not None
                    self.records.append(regex_record(self._group.group_id, regex, new))
        for regex in sorted(self._group.regexes.keys() - in_use):
            self.records.append(regex_tombstone(self._group.group_id, regex))
        if stale or not self._group.regexes:
            self.events.append(RegexesResolved(version, self._now_ms))
        self._regexes = {regex: found for regex, found in resolved.items() if found is not None}
        return is_new

    def _regexes_are_stale(self) -> bool:
        if not self._group.regexes:
            return False
        last = self._group.regexes_resolved
        if last is None:
            return True
        age_ms = self._now_ms - last.now_ms
        return (
            last.version != self._topics.version
            and age_ms >= self._config.regex_refresh_interval_ms
        )

    def _check_regex(self, regex: str, in_use: set[str]) -> None:
        compile_regex(regex)
        if len(in_use) > GROUP_REGEXES_MAX and regex not in self._group.regexes:
            raise Refusal(
                ErrorCode.INVALID_REGULAR_EXPRESSION,
                f"the group's members subscribe with {GROUP_REGEXES_MAX} regular expressions, "
                "which is the most a group may have; use one of them, or topic names",
            )

    def _raise_epoch(self, regexes_changed: bool) -> int:
        """The group's epoch after this heartbeat."""
        group = self._group
        is_changed = group.epoch == 0 or self._subscription_changed() or regexes_changed
        is_pending = group.epoch > group.assignment_epoch
        if not (is_changed or is_pending or group.topics_version != self._topics.version):
            return group.epoch
        digest = metadata_hash(topics_of(self._wanted(), self._regexes), self._topics)
        self.events.append(TopicsSeen(self._topics.version))
        # A target that is still to be computed will take the topics as they are now.
        epoch = group.epoch + (is_changed or (digest != group.metadata_hash and not is_pending))
        if epoch != group.epoch or digest != group.metadata_hash:
            self.records.append(epoch_record(group.group_id, epoch, digest))
        return epoch

    # Who is to have what, and who may have it already.

    def _target_is_due(self) -> bool:
        last_ms = self._group.target_ms
        pause_ms = len(self._group.members) * self._config.assignment_pause_ms_per_member
        return last_ms is None or self._now_ms - last_ms >= pause_ms

    def _assign(self, epoch: int) -> Partitions:
        """Compute everyone's target; this member's own."""
        group, member, entry = self._group, self._member, self._entry
        members = {**group.members, member.member_id: member}
        old = dict(group.targets)
        if entry.replaced_id is not None:
            del members[entry.replaced_id]
            old[member.member_id] = old.pop(entry.replaced_id, NOTHING)
        new = compute_target(members, old, self._regexes, self._topics)
        self.records += target_records(group.group_id, epoch, new, old)
        self.events.append(TargetComputed(self._now_ms))
        return new[member.member_id]

    def _is_free(self, topic_id: bytes, partition: int) -> bool:
        owner = self._group.owners.get((topic_id, partition))
        return owner is None or owner in (self._member.member_id, self._entry.replaced_id)
