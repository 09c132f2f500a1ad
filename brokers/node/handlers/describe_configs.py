"""DescribeConfigs: every config of a topic or broker, with its source, synonyms, type and words."""

from typing import TYPE_CHECKING

from brokers.authorization.resource import CLUSTER_NAME, Operation
from brokers.authorization.resource import ResourceType as Resources
from brokers.kernel.errors import ErrorCode, Refusal
from brokers.kernel.ids import BrokerId, TopicName
from brokers.metadata.placement import default_replication_factor
from brokers.node.administration import topic_refusal
from brokers.node.authorization import allowed, may_on_cluster
from brokers.node.config_entries import Entry, broker_entries, topic_entries
from brokers.node.config_resources import ResourceType
from brokers.node.session import RequestContext
from brokers.wire.messages.describe_configs_request import (
    DescribeConfigsRequest,
    DescribeConfigsResource,
)
from brokers.wire.messages.describe_configs_response import (
    DescribeConfigsResourceResult,
    DescribeConfigsResponse,
    DescribeConfigsResult,
    DescribeConfigsSynonym,
)

if TYPE_CHECKING:
    from brokers.node.node import Node


async def handle(
    request: DescribeConfigsRequest, context: RequestContext, node: "Node"
) -> DescribeConfigsResponse:
    """One row per resource, in the order of the request."""
    tenant_id, kinds = context.session.tenant_id, {each.resource_type for each in request.resources}
    topics = {
        each.resource_name for each in request.resources if each.resource_type == ResourceType.TOPIC
    }
    if any(node.image.topic(tenant_id, TopicName(name)) is None for name in topics):
        await node.catch_up()
    # Brings the image up to date where it refuses.
    await allowed(context, node, Operation.DESCRIBE_CONFIGS, Resources.TOPIC, topics)
    if ResourceType.BROKER in kinds:
        await may_on_cluster(context, node, Operation.DESCRIBE_CONFIGS)
    return DescribeConfigsResponse(
        results=[_result(resource, request, context, node) for resource in request.resources]
    )


def _result(
    resource: DescribeConfigsResource,
    request: DescribeConfigsRequest,
    context: RequestContext,
    node: "Node",
) -> DescribeConfigsResult:
    result = DescribeConfigsResult(
        resource_type=resource.resource_type,
        resource_name=resource.resource_name,
        error_message=None,
    )
    try:
        entries = _entries(resource, context, node)
    except Refusal as refusal:
        result.error_code, result.error_message = refusal.code, refusal.message
        return result
    wanted = set(resource.configuration_keys or [])  # none named: all
    result.configs = [
        _config(entry, request) for entry in entries if not wanted or entry.name in wanted
    ]
    return result


def _entries(
    resource: DescribeConfigsResource, context: RequestContext, node: "Node"
) -> list[Entry]:
    match resource.resource_type:
        case ResourceType.TOPIC:
            return _topic(resource.resource_name, context, node)
        case ResourceType.BROKER:
            return _broker(resource.resource_name, context, node)
        case other:
            raise Refusal(
                ErrorCode.INVALID_REQUEST,
                f"configs of resource type {other} cannot be described; 2 is topics, 4 is brokers",
            )


def _topic(name: str, context: RequestContext, node: "Node") -> list[Entry]:
    if not context.rights.allow(Operation.DESCRIBE_CONFIGS, Resources.TOPIC, name):
        refused = topic_refusal(Operation.DESCRIBE_CONFIGS)
        raise Refusal(refused.code, refused.message)
    topic = node.image.topic(context.session.tenant_id, TopicName(name))
    if topic is None:
        raise Refusal(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, "there is no topic of that name")
    return list(topic_entries(topic.configs))


def _broker(name: str, context: RequestContext, node: "Node") -> list[Entry]:
    if not context.rights.allow(Operation.DESCRIBE_CONFIGS, Resources.CLUSTER, CLUSTER_NAME):
        raise Refusal(
            ErrorCode.CLUSTER_AUTHORIZATION_FAILED,
            "this login has no right to DESCRIBE_CONFIGS on the cluster",
        )
    if name == "":
        return []  # Kafka: what was set for all brokers at once; nothing can be
    broker = node.image.brokers.get(BrokerId(int(name))) if name.isdecimal() else None
    tenant = node.image.tenants.get(context.session.tenant_id)
    if broker is None or tenant is None:
        raise Refusal(ErrorCode.INVALID_REQUEST, f"there is no broker {name[:20]!r}")
    takers = sum(not each.draining for each in node.image.brokers.values())
    factor = default_replication_factor(takers)
    return list(broker_entries(broker, tenant, node.config.external.security_protocol, factor))


def _config(entry: Entry, request: DescribeConfigsRequest) -> DescribeConfigsResourceResult:
    synonyms = entry.synonyms if request.include_synonyms else []
    return DescribeConfigsResourceResult(
        name=entry.name,
        value=entry.value,
        read_only=entry.read_only,
        config_source=entry.source,
        synonyms=[DescribeConfigsSynonym(each.name, each.value, each.source) for each in synonyms],
        config_type=entry.type,
        documentation=entry.documentation if request.include_documentation else None,
    )
