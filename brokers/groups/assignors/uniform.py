"""Uniform: loads as equal as subscriptions allow, and as few partitions moved as that costs.

Where all members subscribe to the same topics, loads differ by one at most and the number of moves
is the least possible. Where they do not, no single partition can be moved to make loads more
equal. Aims: KIP-848, "Assignor", and Kafka's ``UniformAssignor``; the algorithm is our own.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from heapq import heapify, heappop, heappush, heapreplace

from brokers.groups.assignors.specification import MemberSpec, Partitions

Held = dict[str, dict[bytes, list[int]]]
"""Member id to topic id to its partitions, those kept from before first."""


def assign_uniformly(
    members: Mapping[str, MemberSpec], partition_counts: Mapping[bytes, int]
) -> dict[str, Partitions]:
    kept = _still_valid(members, partition_counts)
    if len({member.topics.intersection(partition_counts) for member in members.values()}) > 1:
        held = _balance(members, partition_counts, kept)
    else:
        held = _deal(members, partition_counts, kept)
    return {
        member_id: {topic_id: frozenset(found) for topic_id, found in topics.items() if found}
        for member_id, topics in held.items()
    }


def _still_valid(members: Mapping[str, MemberSpec], partition_counts: Mapping[bytes, int]) -> Held:
    """The target so far without what was deleted or is no longer subscribed to."""
    held: Held = {}
    for member_id in sorted(members):
        member = members[member_id]
        held[member_id] = {
            topic_id: [p for p in sorted(found) if p < partition_counts[topic_id]]
            for topic_id, found in sorted(member.assigned.items())
            if topic_id in member.topics and topic_id in partition_counts
        }
    return held


def _unheld(
    held: Held, topics: Iterable[bytes], partition_counts: Mapping[bytes, int]
) -> dict[bytes, list[int]]:
    """Partitions of ``topics`` that nobody holds."""
    taken: defaultdict[bytes, set[int]] = defaultdict(set)
    for of_member in held.values():
        for topic_id, partitions in of_member.items():
            taken[topic_id].update(partitions)
    return {
        topic_id: [p for p in range(partition_counts[topic_id]) if p not in taken[topic_id]]
        for topic_id in topics
    }


def _load(topics: Mapping[bytes, list[int]]) -> int:
    return sum(map(len, topics.values()))


def _deal(
    members: Mapping[str, MemberSpec], partition_counts: Mapping[bytes, int], held: Held
) -> Held:
    """All subscribe to the same: keep up to the quota, and one more while there is a remainder."""
    if not members:
        return held
    topics = sorted(next(iter(members.values())).topics.intersection(partition_counts))
    quota, remainder = divmod(sum(partition_counts[t] for t in topics), len(members))
    for of_member in held.values():
        excess = _load(of_member) - quota
        if excess > 0 and remainder:
            excess -= 1
            remainder -= 1
        _drop(of_member, excess)
    queue = [(_load(of_member), member_id) for member_id, of_member in held.items()]
    heapify(queue)
    for topic_id, partitions in _unheld(held, topics, partition_counts).items():
        for partition in partitions:
            load, member_id = queue[0]
            held[member_id].setdefault(topic_id, []).append(partition)
            heapreplace(queue, (load + 1, member_id))
    return held


def _drop(topics: dict[bytes, list[int]], count: int) -> None:
    """Take ``count`` partitions away, each from the topic that has most of them left."""
    queue = [(-len(partitions), topic_id) for topic_id, partitions in topics.items()]
    heapify(queue)
    for _ in range(count):
        negative, topic_id = queue[0]
        topics[topic_id].pop()
        heapreplace(queue, (negative + 1, topic_id))


def _balance(
    members: Mapping[str, MemberSpec], partition_counts: Mapping[bytes, int], held: Held
) -> Held:
    """Subscriptions differ: give to the least loaded, then move from the most loaded."""
    subscribers: dict[bytes, list[str]] = {topic_id: [] for topic_id in partition_counts}
    for member_id in sorted(members):
        for topic_id in members[member_id].topics.intersection(partition_counts):
            subscribers[topic_id].append(member_id)
    loads = {member_id: _load(of_member) for member_id, of_member in held.items()}
    # Who has the fewest choices comes first.
    topics = sorted(
        (t for t in subscribers if subscribers[t]), key=lambda t: (len(subscribers[t]), t)
    )
    for topic_id, partitions in _unheld(held, topics, partition_counts).items():
        queue = [(loads[member_id], member_id) for member_id in subscribers[topic_id]]
        heapify(queue)
        for partition in partitions:
            load, member_id = queue[0]
            held[member_id].setdefault(topic_id, []).append(partition)
            loads[member_id] = load + 1
            heapreplace(queue, (load + 1, member_id))
    # A move makes the sum of the loads' squares smaller, so this ends.
    while sum(_move(t, subscribers[t], loads, held) for t in topics):
        pass
    return held


def _move(topic_id: bytes, subscribers: list[str], loads: dict[str, int], held: Held) -> int:
    """Move this topic's partitions while two subscribers' loads differ by two; how many moved."""
    low = [(loads[member_id], member_id) for member_id in subscribers]
    high = [(-loads[m], m) for m in subscribers if held[m].get(topic_id)]
    heapify(low)
    heapify(high)
    moves = 0
    while high:
        negative, giver = high[0]
        if -negative != loads[giver] or not held[giver].get(topic_id):
            heappop(high)  # out of date; pushed again when it changed
            continue
        while loads[low[0][1]] != low[0][0]:
            heappop(low)
        taker = low[0][1]
        if loads[giver] - loads[taker] < 2:
            break
        held[taker].setdefault(topic_id, []).append(held[giver][topic_id].pop())
        moves += 1
        loads[giver] -= 1
        loads[taker] += 1
        for member_id in (giver, taker):
            heappush(low, (loads[member_id], member_id))
            heappush(high, (-loads[member_id], member_id))
    return moves
