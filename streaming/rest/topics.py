"""Topics and partitions of a tenant, for people and for programs that manage them."""

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from brokers.kernel.errors import ErrorCode, Refusal
from streaming.records.identity import ADMINISTER, READ
from streaming.rest import schema, topic_control
from streaming.rest.create_topic_request import parse_create_topic
from streaming.rest.resources import (
    Json,
    PartitionFacts,
    collection,
    partition_resource,
    topic_resource,
)
from streaming.rest.view import RestView


class TopicsView(RestView):
    """``/clusters/{cluster_id}/topics``"""

    @extend_schema(tags=["kafka"], operation_id="list_topics", responses={200: schema.TOPICS})
    def get(self, _request: Request, cluster_id: str) -> Response:
        access = self.caller.access(cluster_id)
        access.require(READ)
        topics = topic_control.topics_of(access)
        data = (topic_resource(self.links, cluster_id, topic) for topic in topics)
        return Response(collection("KafkaTopic", self.links.topics(cluster_id), data))

    @extend_schema(
        tags=["kafka"],
        request={"application/json": schema.CREATE_TOPIC},
        responses={201: schema.TOPIC, 200: schema.TOPIC},
    )
    def post(self, request: Request, cluster_id: str) -> Response:
        access = self.caller.access(cluster_id)
        access.require(ADMINISTER)
        wanted = parse_create_topic(request.data)
        topic = topic_control.create(access, wanted)
        location = self.links.topic(cluster_id, topic.name)
        resource = topic_resource(self.links, cluster_id, topic)
        if wanted.validate_only:
            return Response(resource, status=200)
        return Response(resource, status=201, headers={"Location": location})


class TopicView(RestView):
    """``/clusters/{cluster_id}/topics/{topic}``"""

    @extend_schema(tags=["kafka"], operation_id="get_topic", responses={200: schema.TOPIC})
    def get(self, _request: Request, cluster_id: str, topic: str) -> Response:
        access = self.caller.access(cluster_id)
        access.require(READ)
        found = topic_control.topic_of(access, topic)
        return Response(topic_resource(self.links, cluster_id, found))

    @extend_schema(tags=["kafka"], responses={204: None})
    def delete(self, _request: Request, cluster_id: str, topic: str) -> HttpResponse:
        access = self.caller.access(cluster_id)
        access.require(ADMINISTER)
        topic_control.delete(access, topic)
        return HttpResponse(status=204)


class PartitionsView(RestView):
    """``/clusters/{cluster_id}/topics/{topic}/partitions``"""

    @extend_schema(
        tags=["kafka"], operation_id="list_partitions", responses={200: schema.PARTITIONS}
    )
    def get(self, _request: Request, cluster_id: str, topic: str) -> Response:
        access = self.caller.access(cluster_id)
        access.require(READ)
        partitions = topic_control.partitions_of(access, topic)
        data = (self._resource(cluster_id, topic, each) for each in partitions)
        url = self.links.partitions(cluster_id, topic)
        return Response(collection("KafkaPartition", url, data))

    def _resource(self, cluster_id: str, topic: str, partition: PartitionFacts) -> Json:
        return partition_resource(self.links, cluster_id, topic, partition)


class PartitionView(RestView):
    """``/clusters/{cluster_id}/topics/{topic}/partitions/{partition}``"""

    @extend_schema(tags=["kafka"], operation_id="get_partition", responses={200: schema.PARTITION})
    def get(self, _request: Request, cluster_id: str, topic: str, partition: int) -> Response:
        access = self.caller.access(cluster_id)
        access.require(READ)
        partitions = topic_control.partitions_of(access, topic)
        for each in partitions:
            if each.index == partition:
                return Response(partition_resource(self.links, cluster_id, topic, each))
        raise Refusal(
            ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
            f"topic {topic!r} has no partition {partition}; it has {len(partitions)}, from 0",
        )
