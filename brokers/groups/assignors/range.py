"""Ranges: member i of a topic gets its i-th run of partitions, so equal topics line up.

Members of the same rank get the same partition numbers of every topic that has as many partitions
and the same subscribers, which is what joins by key need. Static members come first, by instance
id, so that a restart under a new member id moves nothing. Source: Kafka's ``RangeAssignor``.
"""

from collections.abc import Mapping

from brokers.groups.assignors.specification import MemberSpec, Partitions


def assign_ranges(
    members: Mapping[str, MemberSpec], partition_counts: Mapping[bytes, int]
) -> dict[str, Partitions]:
    target: dict[str, dict[bytes, frozenset[int]]] = {member_id: {} for member_id in members}
    in_rank = sorted(members, key=lambda member_id: _rank(member_id, members[member_id]))
    for topic_id, count in partition_counts.items():
        subscribers = [m for m in in_rank if topic_id in members[m].topics]
        start = 0
        for i, member_id in enumerate(subscribers):
            size = count // len(subscribers) + (i < count % len(subscribers))
            if size:
                target[member_id][topic_id] = frozenset(range(start, start + size))
            start += size
    return dict(target)


def _rank(member_id: str, member: MemberSpec) -> tuple[bool, str]:
    return member.instance_id is None, member.instance_id or member_id
