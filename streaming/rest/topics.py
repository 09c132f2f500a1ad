"""Topics and partitions of a tenant, for people and for programs that manage them."""

from django.http import HttpResponse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from brokers.authorization.resource import Operation
from streaming.records.identity import ADMINISTER, READ
from streaming.rest import admin_schema as schema
from streaming.rest import topic_control
from streaming.rest.consume_request import InvalidQuery
from streaming.rest.create_topic_request import parse_create_topic, parse_grow_topic
from streaming.rest.resources import collection, partition_resource, topic_resource
from streaming.rest.settled import wait_until_settled
from streaming.rest.view import RestView

OPERATIONS = "include_authorized_operations"


class TopicsView(RestView):
    """``/clusters/{cluster_id}/topics``"""

    @extend_schema(tags=["kafka"], operation_id="listKafkaTopics", responses={200: schema.TOPICS})
    def get(self, _request: Request, cluster_id: str) -> Response:
        topics = topic_control.topics_of(self.access(cluster_id, READ))
        links = self.links
        data = (topic_resource(links, cluster_id, topic) for topic in topics)
        return Response(collection("KafkaTopic", links.topics(cluster_id), data))

    @extend_schema(
        tags=["kafka"],
        operation_id="createKafkaTopic",
        request={"application/json": schema.CREATE_TOPIC},
        responses={201: schema.TOPIC, 200: schema.TOPIC},
    )
    def post(self, request: Request, cluster_id: str) -> Response:
        """Create a topic; with validate_only, say what would be created."""
        access = self.access_to_topics(cluster_id, ADMINISTER, Operation.CREATE)
        wanted = parse_create_topic(request.data)
        topic = topic_control.create(access, wanted)
        resource = topic_resource(self.links, cluster_id, topic)
        if wanted.validate_only:
            return Response(resource, status=200)
        wait_until_settled(access.identity)
        location = self.links.topic(cluster_id, topic.name)
        return Response(resource, status=201, headers={"Location": location})


class TopicView(RestView):
    """``/clusters/{cluster_id}/topics/{topic_name}``"""

    @extend_schema(
        tags=["kafka"],
        operation_id="getKafkaTopic",
        parameters=[OpenApiParameter(OPERATIONS, bool, description="What the caller may do.")],
        responses={200: schema.TOPIC},
    )
    def get(self, request: Request, cluster_id: str, topic_name: str) -> Response:
        access = self.access(cluster_id, READ)
        asked = _flag(request, OPERATIONS)
        found = topic_control.topic_of(access, topic_name)
        operations = topic_control.operations_on_topic(access, topic_name) if asked else []
        return Response(topic_resource(self.links, cluster_id, found, operations))

    @extend_schema(
        tags=["kafka"],
        operation_id="updatePartitionCountKafkaTopic",
        request={"application/json": schema.GROW_TOPIC},
        responses={200: schema.TOPIC},
    )
    def patch(self, request: Request, cluster_id: str, topic_name: str) -> Response:
        """Raise the partition count; with validate_only, say what the topic would be."""
        access = self.access_to_topics(cluster_id, ADMINISTER, Operation.ALTER)
        wanted = parse_grow_topic(request.data)
        topic = topic_control.grow(
            access, topic_name, wanted.partition_count, validate_only=wanted.validate_only
        )
        if not wanted.validate_only:
            wait_until_settled(access.identity)
        return Response(topic_resource(self.links, cluster_id, topic))

    @extend_schema(tags=["kafka"], operation_id="deleteKafkaTopic", responses={204: None})
    def delete(self, _request: Request, cluster_id: str, topic_name: str) -> HttpResponse:
        access = self.access_to_topics(cluster_id, ADMINISTER, Operation.DELETE)
        topic_control.delete(access, topic_name)
        wait_until_settled(access.identity)
        return HttpResponse(status=204)


class PartitionsView(RestView):
    """``/clusters/{cluster_id}/topics/{topic_name}/partitions``"""

    @extend_schema(
        tags=["kafka"], operation_id="listKafkaPartitions", responses={200: schema.PARTITIONS}
    )
    def get(self, _request: Request, cluster_id: str, topic_name: str) -> Response:
        partitions = topic_control.partitions_of(self.access(cluster_id, READ), topic_name)
        links = self.links
        data = (partition_resource(links, cluster_id, topic_name, each) for each in partitions)
        url = links.partitions(cluster_id, topic_name)
        return Response(collection("KafkaPartition", url, data))


class PartitionView(RestView):
    """``/clusters/{cluster_id}/topics/{topic_name}/partitions/{partition_id}``"""

    @extend_schema(
        tags=["kafka"], operation_id="getKafkaPartition", responses={200: schema.PARTITION}
    )
    def get(
        self, _request: Request, cluster_id: str, topic_name: str, partition_id: int
    ) -> Response:
        access = self.access(cluster_id, READ)
        partition = topic_control.partition_of(access, topic_name, partition_id)
        return Response(partition_resource(self.links, cluster_id, topic_name, partition))


def _flag(request: Request, name: str) -> bool:
    """Raises ``InvalidQuery``, also for a parameter of another name."""
    for each in request.query_params:
        if each != name:
            raise InvalidQuery(f"unknown parameter {each[:64]!r}; known: {name}")
    value = request.query_params.get(name, "false")
    if value not in ("true", "false"):
        raise InvalidQuery(f"{name} must be true or false")
    return value == "true"
