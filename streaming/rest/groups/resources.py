"""Groups, their members and their lag as JSON, by the names of Confluent's Kafka REST v3.

Beyond those: ``lag_seconds``, the age of the first record that was not read. What is not known is
null, where the anchor leaves the partition out.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from streaming.groups.lag import PartitionLag
from streaming.groups.model import Group, Member, TopicPartition
from streaming.groups.reset_plan import Step
from streaming.groups.totals import GroupTotal
from streaming.rest.resources import Json, Links, collection

_WORD: Final = re.compile(r"(?<!^)(?=[A-Z])")


@dataclass(frozen=True, slots=True)
class GroupLinks:
    """URLs of one group. Names are quoted whole: a group's may hold anything."""

    links: Links
    cluster_id: str
    group: str

    @property
    def url(self) -> str:
        return f"{groups_url(self.links, self.cluster_id)}/{quote(self.group, safe='')}"

    @property
    def consumers(self) -> str:
        return f"{self.url}/consumers"

    def consumer(self, member_id: str) -> str:
        return f"{self.consumers}/{quote(member_id, safe='')}"

    def assignments(self, member_id: str) -> str:
        return f"{self.consumer(member_id)}/assignments"

    @property
    def lags(self) -> str:
        return f"{self.url}/lags"

    def lag(self, partition: TopicPartition) -> str:
        return f"{self.lags}/{_path_of(partition)}"

    def partition(self, partition: TopicPartition) -> str:
        return f"{self.links.topics(self.cluster_id)}/{_path_of(partition)}"

    def broker(self, broker_id: int) -> str:
        return f"{self.links.cluster(self.cluster_id)}/brokers/{broker_id}"


def _path_of(partition: TopicPartition) -> str:
    return f"{quote(partition.topic, safe='')}/partitions/{partition.partition}"


def groups_url(links: Links, cluster_id: str) -> str:
    return f"{links.cluster(cluster_id)}/consumer-groups"


def group_resource(urls: GroupLinks, group: Group) -> Json:
    return {
        "kind": "KafkaConsumerGroup",
        **_head(urls, urls.url),
        # A group without a protocol has only ever had its offsets committed from outside.
        "is_simple": not group.protocol_type,
        "partition_assignor": group.assignor,
        "state": _upper(group.state),
        "type": _upper(group.group_type),
        "is_mixed_consumer_group": group.is_mixed,
        "coordinator": {"related": urls.broker(group.coordinator)},
        "consumers": {"related": urls.consumers},
        "lag_summary": {"related": f"{urls.url}/lag-summary"},
    }


def total_resource(total: GroupTotal) -> Json:
    return {
        "consumer_group_id": total.group,
        "member_count": total.members,
        "total_lag": total.lag,
    }


def consumer_resource(urls: GroupLinks, member: Member) -> Json:
    return {
        "kind": "KafkaConsumer",
        **_head(urls, urls.consumer(member.id), f"/consumer={member.id}"),
        "consumer_id": member.id,
        "instance_id": member.instance_id,
        "client_id": member.client_id,
        "assignments": {"related": urls.assignments(member.id)},
    }


def assignments_resource(urls: GroupLinks, member: Member) -> Json:
    data = (assignment_resource(urls, member, each) for each in member.assignment or ())
    return collection("KafkaConsumerAssignment", urls.assignments(member.id), data)


def assignment_resource(urls: GroupLinks, member: Member, partition: TopicPartition) -> Json:
    topic, index = partition
    url = f"{urls.assignments(member.id)}/{_path_of(partition)}"
    return {
        "kind": "KafkaConsumerAssignment",
        **_head(urls, url, f"/consumer={member.id}/assignment={topic}/partition={index}"),
        "consumer_id": member.id,
        "topic_name": topic,
        "partition_id": index,
        "partition": {"related": urls.partition(partition)},
        "lag": {"related": urls.lag(partition)},
    }


def lag_resource(urls: GroupLinks, lag: PartitionLag) -> Json:
    topic, index = lag.partition
    name = f"/lag={topic}/partition={index}"
    return {
        "kind": "KafkaConsumerLag",
        **_head(urls, urls.lag(lag.partition), name),
        "topic_name": topic,
        "partition_id": index,
        "consumer_id": lag.owner.id if lag.owner else "",
        "instance_id": lag.owner.instance_id if lag.owner else None,
        "client_id": lag.owner.client_id if lag.owner else "",
        "current_offset": lag.committed.offset if lag.committed else None,
        "log_end_offset": lag.extent.end if lag.extent else None,
        "lag": lag.records,
        "lag_seconds": lag.seconds,
    }


def lag_summary_resource(urls: GroupLinks, lags: Sequence[PartitionLag]) -> Json:
    """The partition that is furthest behind in records, and the sum of all. 0 and no names for a
    group that has committed nothing."""
    known = [(lag.records, lag) for lag in lags if lag.records is not None]
    behind, worst = max(known, key=lambda each: each[0], default=(0, None))
    owner = worst.owner if worst else None
    seconds = [lag.seconds for lag in lags if lag.seconds is not None]
    return {
        "kind": "KafkaConsumerGroupLagSummary",
        **_head(urls, f"{urls.url}/lag-summary", "/lag-summary"),
        "max_lag_consumer_id": owner.id if owner else "",
        "max_lag_instance_id": owner.instance_id if owner else None,
        "max_lag_client_id": owner.client_id if owner else "",
        "max_lag_topic_name": worst.partition.topic if worst else "",
        "max_lag_partition_id": worst.partition.partition if worst else 0,
        "max_lag": behind,
        "total_lag": sum(records for records, _lag in known),
        "max_lag_seconds": max(seconds, default=None),
        "max_lag_consumer": {"related": urls.consumer(owner.id) if owner else urls.consumers},
        "max_lag_partition": {"related": urls.partition(worst.partition) if worst else urls.lags},
    }


def step_resource(step: Step) -> Json:
    """One partition of a reset: where it stands and where it would go, in offsets."""
    end = step.extent.end
    return {
        "topic_name": step.partition.topic,
        "partition_id": step.partition.partition,
        "current_offset": step.before,
        "new_offset": step.after,
        "lag_before": None if step.before is None else max(end - step.before, 0),
        "lag_after": end - step.after,
        "warning": step.warning,
    }


def _head(urls: GroupLinks, url: str, name: str = "") -> Json:
    name = f"crn:///kafka={urls.cluster_id}/consumer-group={urls.group}{name}"
    return {
        "metadata": {"self": url, "resource_name": name},
        "cluster_id": urls.cluster_id,
        "consumer_group_id": urls.group,
    }


def _upper(word: str) -> str:
    """``PreparingRebalance`` as ``PREPARING_REBALANCE``."""
    return _WORD.sub("_", word).upper()
