"""REST v3's resources as JSON: kind, metadata, data and related links.

Field names and kinds as Confluent's Kafka REST v3 (``ClusterData``, ``TopicData``, …). A link is
given also where this release has nothing behind it yet, because clients require it.
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
    adding: tuple[int, ...] = ()
    removing: tuple[int, ...] = ()

    def replica_on(self, broker_id: int) -> "ReplicaFacts":
        is_leader, is_in_sync = self.leader == broker_id, broker_id in self.isr
        return ReplicaFacts(self.index, broker_id, is_leader, is_in_sync)


@dataclass(frozen=True, slots=True)
class ReplicaFacts:
    """One replica of partition ``index``."""

    index: int
    broker_id: int
    is_leader: bool
    is_in_sync: bool


@dataclass(frozen=True, slots=True)
class BrokerFacts:
    """Where clients reach it; ``is_fenced`` while it is down."""

    id: int
    host: str
    port: int
    rack: str | None
    is_fenced: bool


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

    def partition(self, cluster_id: str, name: str, index: int) -> str:
        return f"{self.partitions(cluster_id, name)}/{index}"

    def brokers(self, cluster_id: str) -> str:
        return f"{self.cluster(cluster_id)}/brokers"

    def broker(self, cluster_id: str, broker_id: int) -> str:
        return f"{self.brokers(cluster_id)}/{broker_id}"


def collection(kind: str, url: str, data: Iterable[Json]) -> Json:
    """A list resource. There are no pages: lists are whole."""
    return {"kind": f"{kind}List", "metadata": {"self": url, "next": None}, "data": list(data)}


def cluster_resource(links: Links, cluster_id: str, controller: int | None) -> Json:
    """``controller``: any broker that lives, for each of them takes administration."""
    url = links.cluster(cluster_id)
    resource = {
        "kind": "KafkaCluster",
        "metadata": metadata(url, f"kafka={cluster_id}"),
        "cluster_id": cluster_id,
        "acls": related(f"{url}/acls"),
        "brokers": related(links.brokers(cluster_id)),
        "broker_configs": related(f"{url}/broker-configs"),
        "consumer_groups": related(f"{url}/consumer-groups"),
        "topics": related(links.topics(cluster_id)),
        "partition_reassignments": related(f"{url}/topics/-/partitions/-/reassignment"),
    }
    if controller is not None:
        resource["controller"] = related(links.broker(cluster_id, controller))
    return resource


def topic_resource(
    links: Links, cluster_id: str, topic: TopicFacts, operations: Iterable[str] = ()
) -> Json:
    """``operations``: what the caller may do with it, where that was asked."""
    url = links.topic(cluster_id, topic.name)
    return {
        "kind": "KafkaTopic",
        "metadata": metadata(url, f"kafka={cluster_id}/topic={topic.name}"),
        "cluster_id": cluster_id,
        "topic_name": topic.name,
        "is_internal": topic.is_internal,
        "replication_factor": topic.replication_factor,
        "partitions_count": topic.partitions_count,
        "partitions": related(links.partitions(cluster_id, topic.name)),
        "configs": related(f"{url}/configs"),
        "partition_reassignments": related(f"{url}/partitions/-/reassignment"),
        "authorized_operations": list(operations),
    }


def partition_resource(
    links: Links, cluster_id: str, topic: str, partition: PartitionFacts
) -> Json:
    url = links.partition(cluster_id, topic, partition.index)
    resource = {
        "kind": "KafkaPartition",
        "metadata": metadata(url, f"kafka={cluster_id}/topic={topic}/partition={partition.index}"),
        "cluster_id": cluster_id,
        "topic_name": topic,
        "partition_id": partition.index,
        "replicas": related(f"{url}/replicas"),
        "reassignment": related(f"{url}/reassignment"),
        "records": related(f"{url}/records"),
        "replica_broker_ids": list(partition.replicas),
        "isr_broker_ids": list(partition.isr),
    }
    if partition.leader is not None:
        resource["leader"] = related(f"{url}/replicas/{partition.leader}")
        resource["leader_broker_id"] = partition.leader
    return resource


def broker_resource(links: Links, cluster_id: str, broker: BrokerFacts) -> Json:
    url = links.broker(cluster_id, broker.id)
    return {
        "kind": "KafkaBroker",
        "metadata": metadata(url, f"kafka={cluster_id}/broker={broker.id}"),
        "cluster_id": cluster_id,
        "broker_id": broker.id,
        "host": broker.host,
        "port": broker.port,
        "rack": broker.rack,
        "is_fenced": broker.is_fenced,
        "configs": related(f"{url}/configs"),
        "partition_replicas": related(f"{url}/partition-replicas"),
    }


def replica_resource(links: Links, cluster_id: str, topic: str, replica: ReplicaFacts) -> Json:
    index, broker_id = replica.index, replica.broker_id
    return {
        "kind": "KafkaReplica",
        "metadata": metadata(
            f"{links.partition(cluster_id, topic, index)}/replicas/{broker_id}",
            f"kafka={cluster_id}/topic={topic}/partition={index}/replica={broker_id}",
        ),
        "cluster_id": cluster_id,
        "topic_name": topic,
        "partition_id": index,
        "broker_id": broker_id,
        "is_leader": replica.is_leader,
        "is_in_sync": replica.is_in_sync,
        "broker": related(links.broker(cluster_id, broker_id)),
    }


def reassignment_resource(
    links: Links, cluster_id: str, topic: str, partition: PartitionFacts
) -> Json:
    url = links.partition(cluster_id, topic, partition.index)
    name = f"kafka={cluster_id}/topic={topic}/partition={partition.index}/reassignment"
    return {
        "kind": "KafkaReassignment",
        "metadata": metadata(f"{url}/reassignment", name),
        "cluster_id": cluster_id,
        "topic_name": topic,
        "partition_id": partition.index,
        "adding_replicas": list(partition.adding),
        "removing_replicas": list(partition.removing),
        "replicas": related(f"{url}/replicas"),
    }


def offsets_resource(
    links: Links, cluster_id: str, topic: str, index: int, offsets: dict[str, int]
) -> Json:
    """``offsets``: ``earliest`` (where the log starts) and ``latest`` (the high watermark), or one
    of them."""
    asked = "_and_".join(sorted(offsets))
    name = f"kafka={cluster_id}/topic={topic}/partition={index}/offset_type={asked}"
    return {
        "kind": "KafkaPartitionWithOffsets",
        "metadata": metadata(f"{links.partition(cluster_id, topic, index)}/offset", name),
        "cluster_id": cluster_id,
        "topic_name": topic,
        "partition_id": index,
        **{f"{name}_offset": offset for name, offset in offsets.items()},
    }


def metadata(url: str, name: str) -> Json:
    return {"self": url, "resource_name": f"crn:///{name}"}


def related(url: str) -> Json:
    return {"related": url}
