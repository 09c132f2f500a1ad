"""Where partitions are, and where they are on the way to."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from streaming.records.identity import READ
from streaming.rest import admin_schema as schema
from streaming.rest import topic_control
from streaming.rest.resources import (
    Json,
    collection,
    reassignment_resource,
    replica_resource,
)
from streaming.rest.view import RestView
from tenants.errors import NotFound


class ReplicasView(RestView):
    """``/clusters/{cluster_id}/topics/{topic_name}/partitions/{partition_id}/replicas``"""

    @extend_schema(
        tags=["kafka"], operation_id="listKafkaReplicas", responses={200: schema.REPLICAS}
    )
    def get(
        self, _request: Request, cluster_id: str, topic_name: str, partition_id: int
    ) -> Response:
        access = self.access(cluster_id, READ)
        partition = topic_control.partition_of(access, topic_name, partition_id)
        links = self.links
        data = (
            replica_resource(links, cluster_id, topic_name, partition.replica_on(broker_id))
            for broker_id in partition.replicas
        )
        url = f"{links.partition(cluster_id, topic_name, partition_id)}/replicas"
        return Response(collection("KafkaReplica", url, data))


class ReplicaView(RestView):
    """``…/partitions/{partition_id}/replicas/{broker_id}``"""

    @extend_schema(tags=["kafka"], operation_id="getKafkaReplica", responses={200: schema.REPLICA})
    def get(
        self,
        _request: Request,
        cluster_id: str,
        topic_name: str,
        partition_id: int,
        broker_id: int,
    ) -> Response:
        access = self.access(cluster_id, READ)
        partition = topic_control.partition_of(access, topic_name, partition_id)
        if broker_id not in partition.replicas:
            raise NotFound(
                f"Partition {partition_id} of topic {topic_name!r} has no replica on broker "
                f"{broker_id}; it has them on {', '.join(map(str, partition.replicas))}."
            )
        return Response(
            replica_resource(self.links, cluster_id, topic_name, partition.replica_on(broker_id))
        )


class AllReassignmentsView(RestView):
    """``/clusters/{cluster_id}/topics/-/partitions/-/reassignment``"""

    @extend_schema(
        tags=["kafka"],
        operation_id="listKafkaAllReassignments",
        responses={200: schema.REASSIGNMENTS},
    )
    def get(self, _request: Request, cluster_id: str) -> Response:
        return Response(_moving(self, cluster_id, None))


class TopicReassignmentsView(RestView):
    """``/clusters/{cluster_id}/topics/{topic_name}/partitions/-/reassignment``"""

    @extend_schema(
        tags=["kafka"],
        operation_id="searchKafkaReassignmentsByTopic",
        responses={200: schema.REASSIGNMENTS},
    )
    def get(self, _request: Request, cluster_id: str, topic_name: str) -> Response:
        return Response(_moving(self, cluster_id, topic_name))


class ReassignmentView(RestView):
    """``…/partitions/{partition_id}/reassignment``"""

    @extend_schema(
        tags=["kafka"], operation_id="getKafkaReassignment", responses={200: schema.REASSIGNMENT}
    )
    def get(
        self, _request: Request, cluster_id: str, topic_name: str, partition_id: int
    ) -> Response:
        access = self.access(cluster_id, READ)
        partition = topic_control.partition_of(access, topic_name, partition_id)
        if not partition.adding and not partition.removing:
            raise NotFound(
                f"Partition {partition_id} of topic {topic_name!r} is not being reassigned."
            )
        return Response(reassignment_resource(self.links, cluster_id, topic_name, partition))


def _moving(view: RestView, cluster_id: str, topic_name: str | None) -> Json:
    access = view.access(cluster_id, READ)
    links = view.links
    data = (
        reassignment_resource(links, cluster_id, topic, partition)
        for topic, partition in topic_control.partitions_moving(access, topic_name)
    )
    url = f"{links.topic(cluster_id, topic_name or '-')}/partitions/-/reassignment"
    return collection("KafkaReassignment", url, data)
