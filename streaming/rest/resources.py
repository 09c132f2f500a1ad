"""REST v3's resources as JSON: kind, metadata, data and related links.

Field names and kinds as Confluent's Kafka REST v3 (``ClusterData``, ``TopicData``,
``PartitionData``); a link is given also where this release has nothing behind it yet, because
clients require it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class TopicFacts:
    """What a topic resource tells; ``replication_factor`` is of its first partition."""

    name: str
    partitions_count: int
    replication_factor: int
    is_internal: bool


@dataclass(frozen=True, slots=True)
class PartitionFacts:
    """Broker ids; ``leader`` is None while there is none."""

    index: int
    leader: int | None
    replicas: tuple[int, ...]
    isr: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Links:
    """URLs under one base, such as ``https://host/kafka/v3``."""

    base: str

    def cluster(self, cluster_id: str) -> str:
        return f"{self.base}/clusters/{quote(cluster_id, safe='')}"

    def topics(self, cluster_id: str) -> str:
        return f"{self.cluster(cluster_id)}/topics"

    def topic(self, cluster_id: str, name: str) -> str:
        return f"{self.topics(cluster_id)}/{quote(name, safe='')}"

    def partitions(self, cluster_id: str, name: str) -> str:
        return f"{self.topic(cluster_id, name)}/partitions"


def collection(kind: str, url: str, data: Iterable[Json]) -> Json:
    """A list resource. There are no pages: lists are whole."""
    return {"kind": f"{kind}List", "metadata": {"self": url, "next": None}, "data": list(data)}


def cluster_resource(links: Links, cluster_id: str) -> Json:
    url = links.cluster(cluster_id)
    return {
        "kind": "KafkaCluster",
        "metadata": _metadata(url, f"kafka={cluster_id}"),
        "cluster_id": cluster_id,
        "controller": _related(f"{url}/brokers"),
        "acls": _related(f"{url}/acls"),
        "brokers": _related(f"{url}/brokers"),
        "broker_configs": _related(f"{url}/broker-configs"),
        "consumer_groups": _related(f"{url}/consumer-groups"),
        "topics": _related(links.topics(cluster_id)),
        "partition_reassignments": _related(f"{url}/topics/-/partitions/-/reassignment"),
    }


def topic_resource(links: Links, cluster_id: str, topic: TopicFacts) -> Json:
    url = links.topic(cluster_id, topic.name)
    return {
        "kind": "KafkaTopic",
        "metadata": _metadata(url, f"kafka={cluster_id}/topic={topic.name}"),
        "cluster_id": cluster_id,
        "topic_name": topic.name,
        "is_internal": topic.is_internal,
        "replication_factor": topic.replication_factor,
        "partitions_count": topic.partitions_count,
        "partitions": _related(links.partitions(cluster_id, topic.name)),
        "configs": _related(f"{url}/configs"),
        "partition_reassignments": _related(f"{url}/partitions/-/reassignment"),
        "authorized_operations": [],
    }


def partition_resource(
    links: Links, cluster_id: str, topic: str, partition: PartitionFacts
) -> Json:
    url = f"{links.partitions(cluster_id, topic)}/{partition.index}"
    resource = {
        "kind": "KafkaPartition",
        "metadata": _metadata(url, f"kafka={cluster_id}/topic={topic}/partition={partition.index}"),
        "cluster_id": cluster_id,
        "topic_name": topic,
        "partition_id": partition.index,
        "replicas": _related(f"{url}/replicas"),
        "reassignment": _related(f"{url}/reassignment"),
        "records": _related(f"{url}/records"),
        "replica_broker_ids": list(partition.replicas),
        "isr_broker_ids": list(partition.isr),
    }
    if partition.leader is not None:
        resource["leader"] = _related(f"{url}/replicas/{partition.leader}")
        resource["leader_broker_id"] = partition.leader
    return resource


def _metadata(url: str, name: str) -> Json:
    return {"self": url, "resource_name": f"crn:///{name}"}


def _related(url: str) -> Json:
    return {"related": url}
