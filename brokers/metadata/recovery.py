"""A metadata store that was restored from the past: how it shows, and what is rebuilt. Pure.

Each broker keeps on its volume, before it acts on it, the latest record of every partition that it
has a replica of. Partition epochs number the decisions on one partition, so the record with the
highest of all replicas' is at least as late as any that somebody acted on; later ones that nobody
has seen were lost with the store and have committed nothing.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Final

from brokers.kernel.ids import (
    BrokerId,
    ChangeNumber,
    Incarnation,
    LeaderEpoch,
    PartitionEpoch,
    PartitionIndex,
    TopicId,
)
from brokers.metadata.election import elected, lost, with_minimum
from brokers.metadata.image import MetadataImage
from brokers.metadata.records import PartitionRecord

Facts = Mapping[tuple[TopicId, PartitionIndex], PartitionRecord]


@dataclass(frozen=True, slots=True)
class Seen:
    """How far a broker has seen the control plane.

    ``generation`` counts the recoveries of the metadata; ``incarnation`` is the broker's own last
    one; ``producer_ids`` is the first id above every block that it was given.
    """

    number: ChangeNumber
    generation: int
    incarnation: Incarnation
    producer_ids: int

    def is_ahead_of(self, generation: int, number: int) -> bool:
        """Whether a store that has got so far has forgotten what this broker saw."""
        return self.generation > generation or self.number > number


NOTHING_SEEN: Final = Seen(ChangeNumber(0), 0, Incarnation(0), 0)
"""An empty volume."""


def contradicted(told: PartitionRecord, known: PartitionRecord | None) -> bool:
    """Whether a change is of another history than the record that is ``known`` here: the same
    decision, by its number, came out otherwise. An older one may only be late."""
    return known is not None and told.partition_epoch == known.partition_epoch and told != known


def flaw(image: MetadataImage, seen: Seen, facts: Facts) -> str | None:
    """What shows that the store behind ``image``, a snapshot, has forgotten something; or None.

    A topic that it does not know shows nothing: its tombstone may have been purged long ago.
    """
    if seen.is_ahead_of(image.generation, image.number):
        return (
            f"change {seen.number} of generation {seen.generation} was seen, and the metadata ends "
            f"at {image.number} of generation {image.generation}"
        )
    for (topic_id, index), known in facts.items():
        told = image.partition(topic_id, index)
        if told is None or image.generation != seen.generation:
            continue
        if told.partition_epoch < known.partition_epoch or contradicted(told, known):
            return (
                f"partition {topic_id.hex()}/{index} was seen at partition epoch "
                f"{known.partition_epoch}, and the metadata says otherwise at "
                f"{told.partition_epoch}"
            )
    return None


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of one partition.

    ``row`` is what the restored store has, ``facts`` what each replica's broker kept; the brokers
    that are ``unclean`` have crashed since.
    """

    row: PartitionRecord | None
    facts: Mapping[BrokerId, PartitionRecord]
    unclean: Collection[BrokerId]

    @property
    def latest(self) -> PartitionRecord | None:
        """What to rebuild from. The row counts only where a replica's word is missing: after the
        restore somebody may have decided on it, not knowing what had been decided before."""
        records = [*self.facts.values()]
        if self.row is not None and (not records or not self.is_complete):
            records.append(self.row)
        if not records:
            return None
        return max(records, key=lambda each: (each.partition_epoch, each.leader_epoch))

    @property
    def is_complete(self) -> bool:
        """Whether every replica's word is there. One that is missing, with its broker or with its
        volume, may have been the only one to know a later record, and to have led by it."""
        named = {each for record in self.facts.values() for each in record.replicas}
        if self.row is not None:
            named.update(self.row.replicas)
        return named <= set(self.facts)

    def has_lost(self, broker: BrokerId, latest: PartitionRecord, *, is_synced: bool) -> bool:
        """Whether the broker may lack what it had: it is gone, has kept nothing of the partition,
        as its volume is another, or has crashed where records need not be on the disk."""
        fact = self.facts.get(broker)
        if fact is None or broker not in fact.replicas:
            return True
        return broker in self.unclean and not is_synced and len(latest.replicas) > 1


def rebuilt(
    evidence: Evidence, *, is_synced: bool, live: Collection[BrokerId], minimum: int
) -> PartitionRecord | None:
    """The partition's record anew, above every epoch that anybody has seen; None to leave the row.

    A row that no replica knows of is left: nobody has acted on it.
    """
    latest = evidence.latest
    if latest is None or not evidence.facts:
        return None
    record = latest
    for broker in latest.replicas:
        if evidence.has_lost(broker, latest, is_synced=is_synced):
            record = lost(record, broker, live=live, minimum=minimum) or record
    record = elected(record, live=live, minimum=minimum) or record
    record = with_minimum(record, minimum=minimum)
    known = [*evidence.facts.values(), *([] if evidence.row is None else [evidence.row])]
    return replace(
        record,
        leader_epoch=LeaderEpoch(max(each.leader_epoch for each in known) + 1),
        partition_epoch=PartitionEpoch(max(each.partition_epoch for each in known) + 1),
    )
