"""How far many groups are behind, each as one number: for lists that are sorted by it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from brokers.kernel.errors import Refusal
from streaming.groups.coordinator import GROUPS_PER_REQUEST, PASSING, coordinators, following
from streaming.groups.extents import Extent, extents_of
from streaming.groups.lag import records_behind
from streaming.groups.model import Committed, Group, TopicPartition
from streaming.groups.offsets import committed_of_many
from streaming.records.reader import Reader

Committals = Mapping[str, Mapping[TopicPartition, Committed]]


@dataclass(frozen=True, slots=True)
class GroupTotal:
    """``lag`` is the sum over the partitions of which it is known, in records; None where it is
    known of none, as in a group that has committed nothing."""

    group: str
    members: int
    lag: int | None


async def totals_of(reader: Reader, groups: Iterable[Group]) -> list[GroupTotal]:
    """Of each of the groups, in their order: a few requests for all together, no record is read.

    Raises ``Refusal`` and ``BrokersUnavailable``.
    """
    wanted = list(groups)
    committed = await _committed(reader, [group.name for group in wanted])
    partitions = {each for offsets in committed.values() for each in offsets}
    extents = (await extents_of(reader, partitions)).known
    return [
        GroupTotal(group.name, len(group.members), _sum(committed.get(group.name, {}), extents))
        for group in wanted
    ]


async def _committed(reader: Reader, names: list[str]) -> Committals:
    async def attempt() -> Committals:
        found: dict[str, Mapping[TopicPartition, Committed]] = {}
        for node, groups in (await coordinators(reader, names)).items():
            for first in range(0, len(groups), GROUPS_PER_REQUEST):
                some = groups[first : first + GROUPS_PER_REQUEST]
                for group, offsets in (await committed_of_many(reader, node, some)).items():
                    if not isinstance(offsets, Refusal):
                        found[group] = offsets
                    elif offsets.code in PASSING:
                        raise offsets
        return found

    return await following(attempt)


def _sum(
    committed: Mapping[TopicPartition, Committed], extents: Mapping[TopicPartition, Extent]
) -> int | None:
    behind = [records_behind(offset, extents.get(each)) for each, offset in committed.items()]
    known = [records for records in behind if records is not None]
    return sum(known) if known else None
