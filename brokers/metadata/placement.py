"""Which brokers get which partition. Pure.

Leaders first: a topic is spread evenly over the live brokers; among brokers that lead equally many
of it, over volumes (what is lost as one), then by load, so that the cell stays balanced however
topics come and go. Followers then go where they are lost least likely together: on another volume,
in another rack, and only then by load.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from brokers.kernel.ids import BrokerId

REPLICATION_FACTOR_DEFAULT: Final = 3


def default_replication_factor(candidates: int) -> int:
    """Of a topic that asks for none, where so many brokers may be given replicas: three, else one.

    Two would protect from nothing that one does not: either both confirm each record, and the loss
    of one stops writes, or one alone does, and its loss loses records.
    """
    return REPLICATION_FACTOR_DEFAULT if candidates >= REPLICATION_FACTOR_DEFAULT else 1


@dataclass(frozen=True, slots=True)
class Candidate:
    """A broker that may be given replicas; ``load`` counts the partitions that it leads, ``held``
    all its replicas, of all tenants. One that is not ``is_live`` is given followers only, and only
    when the live ones do not suffice."""

    id: BrokerId
    volume_id: str
    load: int
    held: int = 0
    rack: str | None = None
    is_live: bool = True


def place(
    candidates: Sequence[Candidate],
    count: int,
    replication_factor: int = 1,
    *,
    turn: int = 0,
    present: Mapping[BrokerId, int] | None = None,
) -> list[tuple[BrokerId, ...]]:
    """Replicas for ``count`` new partitions of one topic, by partition index, the leader first.

    ``turn`` is any number that differs from topic to topic: it decides between equals, so that
    topics created at the same moment don't all begin on the same broker. ``present`` counts the
    topic's partitions that brokers lead already. Raises ``ValueError`` when there is no live
    candidate, or fewer candidates than replicas.
    """
    live = [candidate for candidate in candidates if candidate.is_live]
    if not live or len(candidates) < replication_factor:
        raise ValueError("there are not enough brokers to place partitions on")
    ordered = sorted(candidates, key=lambda candidate: candidate.id)
    start = turn % len(ordered)
    rotated = [*ordered[start:], *ordered[:start]]
    leaders = _leaders(rotated, count, Counter(present or {}))
    return _with_followers(rotated, leaders, replication_factor)


def replaced(
    candidates: Sequence[Candidate], replicas: Sequence[BrokerId], leaving: BrokerId
) -> tuple[BrokerId, ...]:
    """``replicas`` with another broker in the place of ``leaving``, chosen as a follower is.

    Where the preferred leader leaves, whoever of them leads least is preferred, live ones first.
    ``candidates`` may and should hold the replicas that stay, for what they are lost with. Raises
    ``ValueError`` when every candidate has a replica already.
    """
    free = [each for each in candidates if each.id not in replicas]
    if not free:
        raise ValueError("every broker that may hold replicas has one already")
    staying = [each for each in candidates if each.id in replicas and each.id != leaving]
    held = {each.id: each.held for each in candidates}
    position = {each.id: number for number, each in enumerate(candidates)}
    chosen = _follower(free, staying, held, {}, position)
    target = tuple(chosen.id if each == leaving else each for each in replicas)
    if replicas[0] != leaving:
        return target
    leader = min([*staying, chosen], key=lambda each: (not each.is_live, each.load))
    return (leader.id, *(each for each in target if each != leader.id))


def widened(
    candidates: Sequence[Candidate], replicas: Sequence[BrokerId], replication_factor: int
) -> tuple[BrokerId, ...]:
    """``replicas`` and as many followers more as make ``replication_factor``, chosen as for a new
    partition. Raises ``ValueError`` when there are not so many candidates that have none.
    """
    free = [each for each in candidates if each.id not in replicas]
    if len(replicas) + len(free) < replication_factor:
        raise ValueError("there are not enough brokers to place replicas on")
    chosen = [each for each in candidates if each.id in replicas]
    held = {each.id: each.held for each in candidates}
    position = {each.id: number for number, each in enumerate(candidates)}
    target = [*replicas]
    while len(target) < replication_factor:
        chosen.append(_follower(free, chosen, held, {}, position))
        target.append(chosen[-1].id)
    return tuple(target)


def _leaders(
    candidates: Sequence[Candidate], count: int, of_topic: Counter[BrokerId]
) -> list[Candidate]:
    load = {candidate.id: candidate.load for candidate in candidates}
    volume_load: Counter[str] = Counter()
    volume_topic: Counter[str] = Counter()
    for candidate in candidates:
        volume_load[candidate.volume_id] += candidate.load
        volume_topic[candidate.volume_id] += of_topic[candidate.id]

    def weight(candidate: Candidate) -> tuple[int, int, int, int]:
        volume = candidate.volume_id
        return (
            of_topic[candidate.id],
            volume_topic[volume],
            load[candidate.id],
            volume_load[volume],
        )

    live = [candidate for candidate in candidates if candidate.is_live]
    placed = []
    for _ in range(count):
        chosen = min(live, key=weight)  # the first of equals, so rotation decides
        placed.append(chosen)
        of_topic[chosen.id] += 1
        load[chosen.id] += 1
        volume_topic[chosen.volume_id] += 1
        volume_load[chosen.volume_id] += 1
    return placed


def _with_followers(
    candidates: Sequence[Candidate], leaders: Sequence[Candidate], replication_factor: int
) -> list[tuple[BrokerId, ...]]:
    held = {candidate.id: candidate.held for candidate in candidates}
    of_topic: Counter[BrokerId] = Counter()
    for leader in leaders:
        held[leader.id] += 1
        of_topic[leader.id] += 1
    position = {candidate.id: number for number, candidate in enumerate(candidates)}
    placed = []
    for leader in leaders:
        chosen = [leader]
        while len(chosen) < replication_factor:
            follower = _follower(candidates, chosen, held, of_topic, position)
            chosen.append(follower)
            held[follower.id] += 1
            of_topic[follower.id] += 1
        placed.append(tuple(each.id for each in chosen))
    return placed


def _follower(
    candidates: Sequence[Candidate],
    chosen: Sequence[Candidate],
    held: Mapping[BrokerId, int],
    of_topic: Mapping[BrokerId, int],
    position: Mapping[BrokerId, int],
) -> Candidate:
    taken = {each.id for each in chosen}
    volumes = Counter(each.volume_id for each in chosen)
    racks = Counter(each.rack for each in chosen if each.rack is not None)
    after = position[chosen[-1].id] if chosen else 0

    def weight(candidate: Candidate) -> tuple[bool, int, int, int, int, int]:
        return (
            not candidate.is_live,
            volumes[candidate.volume_id],
            racks[candidate.rack] if candidate.rack is not None else 0,
            of_topic.get(candidate.id, 0),
            held[candidate.id],
            # The next in turn, so that a broker's followers are not all on one other broker.
            (position[candidate.id] - after) % len(position),
        )

    return min((each for each in candidates if each.id not in taken), key=weight)
