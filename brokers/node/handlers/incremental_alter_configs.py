"""IncrementalAlterConfigs: sets, removes, appends and subtracts single configs (KIP-339)."""

from typing import TYPE_CHECKING

from brokers.kernel.ids import TopicName
from brokers.node.config_resources import alter_each
from brokers.node.ports import ConfigOperation
from brokers.node.session import RequestContext
from brokers.wire.messages.incremental_alter_configs_request import (
    AlterConfigsResource,
    IncrementalAlterConfigsRequest,
)
from brokers.wire.messages.incremental_alter_configs_response import (
    AlterConfigsResourceResponse,
    IncrementalAlterConfigsResponse,
)

if TYPE_CHECKING:
    from brokers.node.node import Node


async def handle(
    request: IncrementalAlterConfigsRequest, context: RequestContext, node: "Node"
) -> IncrementalAlterConfigsResponse:
    async def alter(resource: AlterConfigsResource) -> None:
        await node.control.alter_topic_configs(
            context.actor(),
            TopicName(resource.resource_name),
            [
                ConfigOperation(config.name, config.config_operation, config.value)
                for config in resource.configs
            ],
            request.validate_only,
        )

    rows = await alter_each(request.resources, alter, context, node)
    return IncrementalAlterConfigsResponse(
        responses=[
            AlterConfigsResourceResponse(
                row.code, row.message, row.resource_type, row.resource_name
            )
            for row in rows
        ]
    )
