"""Which broker gets which partition. Pure.

One replica per partition, so placing a replica places a leader. A topic is spread evenly over the
live brokers first; among brokers that have equally many of it, over volumes (what is lost as one),
then by load, so that the cell stays balanced however topics come and go.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from brokers.kernel.ids import BrokerId


@dataclass(frozen=True, slots=True)
class Candidate:
    """A live broker; ``load`` counts the partitions that it leads, of all tenants."""

    id: BrokerId
    volume_id: str
    load: int


def place(
    candidates: Sequence[Candidate],
    count: int,
    *,
    turn: int = 0,
    present: Mapping[BrokerId, int] | None = None,
) -> list[BrokerId]:
    """Leaders for ``count`` new partitions of one topic, in order of partition index.

    ``turn`` is any number that differs from topic to topic: it decides between equals, so that
    topics created at the same moment don't all begin on the same broker. ``present`` counts the
    topic's partitions that brokers have already. Raises ``ValueError`` without candidates.
    """
    if not candidates:
        raise ValueError("there is no broker to place partitions on")
    of_topic: Counter[BrokerId] = Counter(present or {})
    load = {candidate.id: candidate.load for candidate in candidates}
    volume_load: Counter[str] = Counter()
    volume_topic: Counter[str] = Counter()
    for candidate in candidates:
        volume_load[candidate.volume_id] += candidate.load
        volume_topic[candidate.volume_id] += of_topic[candidate.id]
    start = turn % len(candidates)
    ordered = sorted(candidates, key=lambda candidate: candidate.id)
    rotated = [*ordered[start:], *ordered[:start]]

    def weight(candidate: Candidate) -> tuple[int, int, int, int]:
        volume = candidate.volume_id
        return (
            of_topic[candidate.id],
            volume_topic[volume],
            load[candidate.id],
            volume_load[volume],
        )

    placed = []
    for _ in range(count):
        chosen = min(rotated, key=weight)  # the first of equals, so rotation decides
        placed.append(chosen.id)
        of_topic[chosen.id] += 1
        load[chosen.id] += 1
        volume_topic[chosen.volume_id] += 1
        volume_load[chosen.volume_id] += 1
    return placed
