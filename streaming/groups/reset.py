"""Resetting a group's offsets: first a proposal, which changes nothing; then doing it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from brokers.kernel.errors import ErrorCode, Refusal
from streaming.groups.describing import describe_groups
from streaming.groups.extents import all_partitions, extents_of, offsets_at
from streaming.groups.model import Group, TopicPartition
from streaming.groups.offsets import Refused, commit_offsets, committed_offsets
from streaming.groups.reset_plan import Position, Step, Strategy, ToTime, plan_reset
from streaming.records.reader import Reader


@dataclass(frozen=True, slots=True)
class NamedTopics:
    """Partition indexes by topic; None means all that the topic has."""

    partitions: Mapping[str, tuple[int, ...] | None]


@dataclass(frozen=True, slots=True)
class CommittedTopics:
    """Every partition that the group has committed for."""


Scope = NamedTopics | CommittedTopics


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a reset would do. ``group`` is None when there is no such group: it would come into
    being."""

    name: str
    group: Group | None
    steps: tuple[Step, ...]

    @property
    def obstacle(self) -> Refusal | None:
        """Why it cannot be done now: consumers that run would commit over it."""
        if self.group is None or not self.group.is_active:
            return None
        count = len(self.group.members)
        return Refusal(
            ErrorCode.NON_EMPTY_GROUP,
            f"group {self.name!r} is {self.group.state} with {count} "
            f"{'member' if count == 1 else 'members'}; stop its consumers, or wait for their "
            "sessions to end, then reset it",
        )


async def propose_reset(reader: Reader, name: str, scope: Scope, strategy: Strategy) -> Proposal:
    """What the reset would do; nothing is changed.

    Raises ``Refusal`` (UNKNOWN_TOPIC_OR_PARTITION, LEADER_NOT_AVAILABLE, GROUP_AUTHORIZATION_FAILED
    among others), ``CannotPlan`` and ``BrokersUnavailable``.
    """
    group = (await describe_groups(reader, [name])).get(name)
    committed = await committed_offsets(reader, name)
    partitions = await _partitions(reader, scope, committed)
    extents = await extents_of(reader, partitions)
    for refusal in extents.refused.values():
        # All or nothing: half of a reset is in nobody's interest.
        raise refusal
    at_time: Mapping[TopicPartition, int] = {}
    if isinstance(strategy, ToTime):
        at_time = await offsets_at(reader, partitions, strategy.timestamp_ms)
    positions = {
        each: Position(
            extent=extents.known[each],
            committed=committed[each].offset if each in committed else None,
            at_time=at_time.get(each),
        )
        for each in partitions
    }
    return Proposal(name, group, plan_reset(strategy, positions))


async def _partitions(
    reader: Reader, scope: Scope, committed: Iterable[TopicPartition]
) -> list[TopicPartition]:
    if isinstance(scope, CommittedTopics):
        return sorted(committed)
    found: list[TopicPartition] = []
    for topic, indexes in scope.partitions.items():
        if indexes is None:
            found += await all_partitions(reader, topic)
        else:
            found += [TopicPartition(topic, index) for index in indexes]
    return found


async def execute_reset(reader: Reader, proposal: Proposal) -> Refused:
    """Commit what was proposed; the partitions that were refused alone.

    Raises ``Refusal``: NON_EMPTY_GROUP while the group has members (UNKNOWN_MEMBER_ID when one
    joined since), and ``BrokersUnavailable``.
    """
    if proposal.obstacle is not None:
        raise proposal.obstacle
    offsets = {step.partition: step.after for step in proposal.steps}
    return await commit_offsets(reader, proposal.name, offsets)
