"""What follows when a batch on the disk is not what was written."""

import logging
from typing import TYPE_CHECKING

from brokers.kernel.ids import TopicId

if TYPE_CHECKING:
    from brokers.node.node import Node

log = logging.getLogger(__name__)


def on_damage(
    node: "Node", topic_id: TopicId, index: int, segment_base: int, position: int
) -> None:
    """A closed segment's batch at byte ``position`` is bad; the broker has looked itself.

    The replica fails: it takes no more records. Where others have everything it is given up and
    copied anew (``upkeep.repair``); an only one can still be read.
    """
    node.metrics.damaged_batches += 1
    partition = node.partitions.get(topic_id, index)
    if partition is None:
        return
    reason = (
        f"the batch at byte {position} of segment {segment_base} is damaged on the disk; "
        "restore this replica from another one"
    )
    log.error("%s: %s", partition, reason)
    partition.fail(reason)
