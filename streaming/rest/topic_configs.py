"""Configs of topics: looked at, set and reset; one by one, a topic's in one go, or many topics'."""

import asyncio
from collections.abc import AsyncIterator, Iterable

from channels.db import database_sync_to_async
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from brokers.authorization.resource import Operation as Operations
from brokers.authorization.resource import ResourceType
from brokers.kernel.errors import Refusal
from brokers.metadata.config_operations import Operation
from brokers.metadata.topic_names import check_topic_name
from brokers.node.config_entries import Entry, topic_entries
from brokers.node.ports import ConfigOperation
from brokers.selectors import topics
from streaming.access.caller import TenantAccess
from streaming.access.errors import NotAllowed
from streaming.access.refusals import denied_in_part
from streaming.access.request_caller import acaller_of_request
from streaming.access.rights import rights_of
from streaming.problems import problem_of
from streaming.records.identity import ADMINISTER, READ
from streaming.rest import admin_schema as schema
from streaming.rest import config_control, topic_control
from streaming.rest.answers import answering_errors
from streaming.rest.config_requests import parse_alter, parse_alter_topics, parse_update
from streaming.rest.config_resources import TopicConfigTexts, topic_config_resource
from streaming.rest.operations import described, json_response
from streaming.rest.resources import Json, Links, collection
from streaming.rest.settled import wait_until_settled
from streaming.rest.view import RestView, links_of

TOPICS_PER_PIECE = 50
"""Of an answer about all topics; a megabyte of text, then others have their turn."""


class TopicConfigsView(RestView):
    """``/clusters/{cluster_id}/topics/{topic_name}/configs``"""

    @extend_schema(
        tags=["kafka"],
        operation_id="listKafkaTopicConfigs",
        responses={200: schema.TOPIC_CONFIGS},
    )
    def get(self, _request: Request, cluster_id: str, topic_name: str) -> Response:
        access = self.access(cluster_id, READ)
        configs = topic_control.configs_of(access, topic_name)
        url = f"{self.links.topic(cluster_id, topic_name)}/configs"
        return Response(_list(self.links, cluster_id, topic_name, url, topic_entries(configs)))


class DefaultTopicConfigsView(RestView):
    """``/clusters/{cluster_id}/topics/{topic_name}/default-configs``"""

    @extend_schema(
        tags=["kafka"],
        operation_id="listKafkaDefaultTopicConfigs",
        responses={200: schema.TOPIC_CONFIGS},
    )
    def get(self, _request: Request, cluster_id: str, topic_name: str) -> Response:
        """What a topic that sets nothing has; the topic need not exist."""
        self.access(cluster_id, READ)
        check_topic_name(topic_name)
        url = f"{self.links.topic(cluster_id, topic_name)}/default-configs"
        return Response(_list(self.links, cluster_id, topic_name, url, topic_entries({})))


class TopicConfigView(RestView):
    """``/clusters/{cluster_id}/topics/{topic_name}/configs/{name}``"""

    @extend_schema(
        tags=["kafka"], operation_id="getKafkaTopicConfig", responses={200: schema.TOPIC_CONFIG}
    )
    def get(self, _request: Request, cluster_id: str, topic_name: str, name: str) -> Response:
        access = self.access(cluster_id, READ)
        entry = config_control.topic_config(access, topic_name, name)
        return Response(topic_config_resource(self.links, cluster_id, topic_name, entry))

    @extend_schema(
        tags=["kafka"],
        operation_id="updateKafkaTopicConfig",
        request={"application/json": schema.UPDATE_CONFIG},
        responses={204: None},
    )
    def put(self, request: Request, cluster_id: str, topic_name: str, name: str) -> HttpResponse:
        """Set the config."""
        access = self.access_to_topics(cluster_id, ADMINISTER, Operations.ALTER_CONFIGS)
        value = parse_update(request.data)
        return self._alter(access, topic_name, ConfigOperation(name, Operation.SET, value))

    @extend_schema(tags=["kafka"], operation_id="deleteKafkaTopicConfig", responses={204: None})
    def delete(
        self, _request: Request, cluster_id: str, topic_name: str, name: str
    ) -> HttpResponse:
        """Reset the config to its default."""
        access = self.access_to_topics(cluster_id, ADMINISTER, Operations.ALTER_CONFIGS)
        return self._alter(access, topic_name, ConfigOperation(name, Operation.DELETE, None))

    def _alter(self, access: TenantAccess, topic: str, operation: ConfigOperation) -> HttpResponse:
        config_control.check_topic_config(operation.name)
        config_control.alter_topic(access, topic, [operation])
        wait_until_settled(access.identity)
        return HttpResponse(status=204)


class AlterTopicConfigsView(RestView):
    """``/clusters/{cluster_id}/topics/{topic_name}/configs:alter``"""

    @extend_schema(
        tags=["kafka"],
        operation_id="updateKafkaTopicConfigBatch",
        request={"application/json": schema.ALTER_CONFIGS},
        responses={204: None},
    )
    def post(self, request: Request, cluster_id: str, topic_name: str) -> HttpResponse:
        """Set and reset several configs, all or none."""
        access = self.access_to_topics(cluster_id, ADMINISTER, Operations.ALTER_CONFIGS)
        wanted = parse_alter(request.data)
        config_control.alter_topic(
            access, topic_name, wanted.operations, validate_only=wanted.validate_only
        )
        if not wanted.validate_only:
            wait_until_settled(access.identity)
        return HttpResponse(status=204)


class AlterManyTopicsConfigsView(RestView):
    """``/clusters/{cluster_id}/topics/-/configs:alter``"""

    @extend_schema(
        tags=["kafka"],
        operation_id="updateKafkaTopicsConfigBatch",
        request={"application/json": schema.ALTER_TOPICS_CONFIGS},
        responses={204: None, 207: schema.ALTER_TOPICS_FAILURES},
    )
    def post(self, request: Request, cluster_id: str) -> HttpResponse:
        """Alter the configs of several topics, each topic's all or none; 207 names those that were
        refused."""
        access = self.access_to_topics(cluster_id, ADMINISTER, Operations.ALTER_CONFIGS)
        wanted = parse_alter_topics(request.data)
        failures: list[Json] = []
        for topic, operations in wanted.topics.items():
            try:
                config_control.alter_topic(
                    access, topic, operations, validate_only=wanted.validate_only
                )
            except (Refusal, NotAllowed) as refusal:
                if isinstance(refusal, NotAllowed):
                    denied_in_part(access, "topic.alter_configs", topic)
                failures.append(_failure(topic, refusal))
        if not wanted.validate_only and len(failures) < len(wanted.topics):
            wait_until_settled(access.identity)
        return Response({"failures": failures}, 207) if failures else HttpResponse(status=204)


def _failure(topic: str, refusal: Refusal | NotAllowed) -> Json:
    problem = problem_of(refusal)
    assert problem is not None
    return {"topic_name": topic, "error_code": problem.error_code, "message": problem.message}


def _list(links: Links, cluster_id: str, topic: str, url: str, entries: Iterable[Entry]) -> Json:
    data = (topic_config_resource(links, cluster_id, topic, entry) for entry in entries)
    return collection("KafkaTopicConfig", url, data)


@described(
    "listKafkaAllTopicConfigs",
    "The configs of all topics, sent as they are found.",
    responses={200: json_response(schema.TOPIC_CONFIGS, "By topic and name.")},
)
@answering_errors
async def list_all_topic_configs(request: HttpRequest, cluster_id: str) -> HttpResponseBase:
    """``/clusters/{cluster_id}/topics/-/configs``: sent as it is made, for it may be long."""
    access = (await acaller_of_request(request)).access(cluster_id)
    access.require(READ)
    found = await database_sync_to_async(_readable_configs)(access)
    return StreamingHttpResponse(
        _all_configs(links_of(request), cluster_id, found), content_type="application/json"
    )


def _readable_configs(access: TenantAccess) -> list[tuple[str, dict[str, str]]]:
    rights = rights_of(access)
    return [
        (name, configs)
        for name, configs in topics.topic_configs(access.tenant_id)
        if rights.allow(Operations.DESCRIBE_CONFIGS, ResourceType.TOPIC, name)
    ]


async def _all_configs(
    links: Links, cluster_id: str, found: list[tuple[str, dict[str, str]]]
) -> AsyncIterator[str]:
    texts = TopicConfigTexts(links, cluster_id)
    yield (
        f'{{"kind":"KafkaTopicConfigList","metadata":{{"self":"{links.topics(cluster_id)}'
        '/-/configs","next":null},"data":['
    )
    for first in range(0, len(found), TOPICS_PER_PIECE):
        piece = [texts.of_topic(*each) for each in found[first : first + TOPICS_PER_PIECE]]
        yield ("," if first else "") + ",".join(piece)
        await asyncio.sleep(0)
    yield "]}"
