"""What becomes of a partition when one of its brokers starts again. Pure."""

from collections.abc import Collection
from dataclasses import dataclass

from brokers.kernel.ids import BrokerId
from brokers.metadata.election import begun_anew, elected, lost
from brokers.metadata.records import PartitionRecord


@dataclass(frozen=True, slots=True)
class Restart:
    """``is_clean``: it comes with the marker of the incarnation that was registered last.
    ``has_its_volume``: it comes with the volume that its replicas were on."""

    broker: BrokerId
    is_clean: bool
    has_its_volume: bool

    def may_lack_records(self, record: PartitionRecord, *, is_synced: bool) -> bool:
        """Whether the broker may have lost what it had of this partition.

        ``is_synced``: records counted only once they were on the disk (``flush=fsync``). Without
        that a crash may have taken acknowledged ones; but an only replica is all there is, and
        nobody else could know more, so it stays and Kafka's weaker promise is kept.
        """
        if not self.has_its_volume:
            return True
        return not self.is_clean and not is_synced and len(record.replicas) > 1


def rejoined(
    record: PartitionRecord,
    restart: Restart,
    *,
    is_synced: bool,
    live: Collection[BrokerId],
    minimum: int,
) -> PartitionRecord | None:
    """The record once that broker is registered; None when nothing is to change.

    ``live`` contains the broker. Where it goes on leading the epochs rise, clean or not: nothing
    that an earlier incarnation still has under way can be taken for this one's.
    """
    if restart.may_lack_records(record, is_synced=is_synced):
        changed = lost(record, restart.broker, live=live, minimum=minimum)
    else:
        changed = begun_anew(record, restart.broker)
    return elected(changed or record, live=live, minimum=minimum) or changed
