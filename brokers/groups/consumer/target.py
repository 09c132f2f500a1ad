"""A new target for the whole group: who is to have what once everyone has reconciled."""

from collections import Counter
from collections.abc import Mapping

from brokers.groups.assignors.registry import ASSIGNORS, DEFAULT_ASSIGNOR
from brokers.groups.assignors.specification import MemberSpec, Partitions
from brokers.groups.consumer.member import NOTHING, Member
from brokers.groups.consumer.records import assignment_epoch_record, target_record
from brokers.groups.consumer.subscription import ResolvedRegex, Subscription
from brokers.groups.consumer.topics import Topic, Topics
from brokers.wire.coordinator.state_record import StateRecord


def preferred_assignor(members: Mapping[str, Member]) -> str:
    """The one that most members ask for; members who do not care have no vote."""
    votes = Counter(m.assignor for m in members.values() if m.assignor in ASSIGNORS)
    if not votes:
        return DEFAULT_ASSIGNOR
    return max(ASSIGNORS, key=lambda name: votes[name])


def compute_target(
    members: Mapping[str, Member],
    targets: Mapping[str, Partitions],
    regexes: Mapping[str, ResolvedRegex],
    topics: Topics,
) -> dict[str, Partitions]:
    """By member id. ``targets``: those so far, of the same members."""
    known: dict[bytes, int] = {}
    topic_ids: dict[Subscription, frozenset[bytes]] = {}
    specs = {}
    for member_id, member in members.items():
        wanted = topic_ids.get(member.subscription)
        if wanted is None:
            found = _existing(member.subscription.topics(regexes), topics)
            known.update((topic.topic_id, topic.partitions) for topic in found)
            wanted = frozenset(topic.topic_id for topic in found)
            topic_ids[member.subscription] = wanted
        specs[member_id] = MemberSpec(wanted, targets.get(member_id, NOTHING), member.instance_id)
    return ASSIGNORS[preferred_assignor(members)](specs, known)


def _existing(names: frozenset[str], topics: Topics) -> list[Topic]:
    return [topic for name in names if (topic := topics.find(name)) is not None]


def target_records(
    group_id: str,
    epoch: int,
    new: Mapping[str, Partitions],
    old: Mapping[str, Partitions],
) -> list[StateRecord]:
    """What is to be written of the target of group epoch ``epoch``: only what changed."""
    return [
        *(
            target_record(group_id, member_id, target)
            for member_id, target in new.items()
            if old.get(member_id) != target
        ),
        assignment_epoch_record(group_id, epoch),
    ]
