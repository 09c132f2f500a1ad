"""DescribeClientQuotas (KIP-546): the tenant's client quotas that match a filter, out of the image.

Rules: Apache Kafka, ``ClientQuotasImage.describe``.
"""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Final

from brokers.authorization.resource import Operation
from brokers.kernel.errors import ErrorCode, Refusal
from brokers.node.authorization import may_on_cluster
from brokers.node.session import RequestContext
from brokers.wire.messages.describe_client_quotas_request import (
    ComponentData,
    DescribeClientQuotasRequest,
)
from brokers.wire.messages.describe_client_quotas_response import (
    DescribeClientQuotasResponse,
    EntityData,
    EntryData,
    ValueData,
)

if TYPE_CHECKING:
    from brokers.node.node import Node

EXACT: Final = 0
DEFAULT: Final = 1
ANY: Final = 2

ENTITY_TYPES: Final = frozenset({"user", "client-id", "ip"})


async def handle(
    request: DescribeClientQuotasRequest, context: RequestContext, node: "Node"
) -> DescribeClientQuotasResponse:
    if not await may_on_cluster(context, node, Operation.DESCRIBE_CONFIGS):
        return _refused(
            Refusal(
                ErrorCode.CLUSTER_AUTHORIZATION_FAILED,
                "quotas are shown to the tenant's administrator only",
            )
        )
    try:
        _check(request.components)
    except Refusal as refusal:
        return _refused(refusal)
    await node.catch_up()
    quotas = node.image.client_quotas.get(context.session.tenant_id, {}).values()
    return DescribeClientQuotasResponse(
        error_message=None,
        entries=[
            EntryData(
                [EntityData(kind, name) for kind, name in sorted(quota.entity.items())],
                [ValueData(key, value) for key, value in sorted(quota.values.items())],
            )
            for quota in sorted(quotas, key=lambda each: each.id)
            if _matches(quota.entity, request.components, is_strict=request.strict)
        ],
    )


def _refused(refusal: Refusal) -> DescribeClientQuotasResponse:
    return DescribeClientQuotasResponse(
        error_code=refusal.code, error_message=refusal.message, entries=None
    )


def _check(components: Iterable[ComponentData]) -> None:
    seen = set()
    for component in components:
        kind = component.entity_type
        if not kind:
            raise Refusal(ErrorCode.INVALID_REQUEST, "a filter names no type of entity")
        if kind not in ENTITY_TYPES:
            raise Refusal(
                ErrorCode.UNSUPPORTED_VERSION,
                f"there are no quotas for {kind!r}; filter by user, client-id or ip",
            )
        if kind in seen:
            raise Refusal(ErrorCode.INVALID_REQUEST, f"{kind} stands in the filter twice")
        if component.match_type not in {EXACT, DEFAULT, ANY}:
            raise Refusal(
                ErrorCode.INVALID_REQUEST, f"match type {component.match_type} is not known"
            )
        if (component.match_type == EXACT) is (component.match is None):
            raise Refusal(
                ErrorCode.INVALID_REQUEST, "an exact match needs a name, and others have none"
            )
        seen.add(kind)
    if "ip" in seen and len(seen) > 1:
        raise Refusal(
            ErrorCode.INVALID_REQUEST, "quotas for an ip are for no user and no client-id as well"
        )


def _matches(
    entity: Mapping[str, str | None], components: Iterable[ComponentData], *, is_strict: bool
) -> bool:
    """``is_strict``: the entity has no other types than the filter."""
    named = set()
    for component in components:
        kind = component.entity_type
        named.add(kind)
        if kind not in entity:
            return False
        if component.match_type == EXACT and entity[kind] != component.match:
            return False
        if component.match_type == DEFAULT and entity[kind] is not None:
            return False
    return not is_strict or named == set(entity)
