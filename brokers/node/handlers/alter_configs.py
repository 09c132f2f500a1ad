"""AlterConfigs: replaces everything that was set on a topic; what is not named becomes default."""

from typing import TYPE_CHECKING

from brokers.kernel.ids import TopicName
from brokers.node.config_resources import alter_each
from brokers.node.session import RequestContext
from brokers.wire.messages.alter_configs_request import AlterConfigsRequest, AlterConfigsResource
from brokers.wire.messages.alter_configs_response import (
    AlterConfigsResourceResponse,
    AlterConfigsResponse,
)

if TYPE_CHECKING:
    from brokers.node.node import Node


async def handle(
    request: AlterConfigsRequest, context: RequestContext, node: "Node"
) -> AlterConfigsResponse:
    async def alter(resource: AlterConfigsResource) -> None:
        await node.control.replace_topic_configs(
            context.actor(),
            TopicName(resource.resource_name),
            {config.name: config.value for config in resource.configs},
            request.validate_only,
        )

    rows = await alter_each(request.resources, alter, context, node)
    return AlterConfigsResponse(
        responses=[
            AlterConfigsResourceResponse(
                row.code, row.message, row.resource_type, row.resource_name
            )
            for row in rows
        ]
    )
