"""What configs can belong to (KIP-133), and altering them resource by resource."""

from collections.abc import Awaitable, Callable, Sequence
from enum import IntEnum
from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeVar

from brokers.authorization.resource import CLUSTER_NAME, Operation
from brokers.authorization.resource import ResourceType as Resources
from brokers.kernel.errors import ErrorCode
from brokers.node.administration import (
    REPEATED,
    Deadline,
    check_count,
    repeated,
    topic_refusal,
)
from brokers.node.authorization import allowed
from brokers.node.ports import Refused
from brokers.node.session import RequestContext

if TYPE_CHECKING:
    from brokers.node.node import Node


class ResourceType(IntEnum):
    TOPIC = 2
    BROKER = 4


class Resource(Protocol):
    """A row of AlterConfigs or IncrementalAlterConfigs."""

    resource_type: int
    resource_name: str


R = TypeVar("R", bound=Resource)


class Altered(NamedTuple):
    """What became of one resource: NONE or why not."""

    resource_type: int
    resource_name: str
    code: ErrorCode
    message: str | None


async def alter_each(
    resources: Sequence[R],
    alter: Callable[[R], Awaitable[None]],
    context: RequestContext,
    node: "Node",
) -> list[Altered]:
    """``alter`` every topic among ``resources``; one row per distinct resource."""
    deadline = Deadline()
    by_name = {(each.resource_type, each.resource_name): each for each in resources}
    twice = repeated((each.resource_type, each.resource_name) for each in resources)
    refused = check_count(len(resources))
    names = {name for kind, name in by_name if kind == ResourceType.TOPIC and refused is None}
    alterable = await allowed(context, node, Operation.ALTER_CONFIGS, Resources.TOPIC, names)
    rows = []
    for (kind, name), resource in by_name.items():
        problem = refused or (REPEATED if (kind, name) in twice else None)
        if problem is None and kind == ResourceType.TOPIC and name not in alterable:
            problem = topic_refusal(Operation.ALTER_CONFIGS)
        problem = problem or _unalterable(kind, context)
        if problem is None:
            problem = await deadline.done(alter(resource))
        code = ErrorCode.NONE if problem is None else problem.code
        rows.append(Altered(kind, name, code, None if problem is None else problem.message))
    await deadline.caught_up(node)
    return rows


def _unalterable(kind: int, context: RequestContext) -> Refused | None:
    match kind:
        case ResourceType.TOPIC:
            return None
        case ResourceType.BROKER:
            if not context.rights.allow(Operation.ALTER_CONFIGS, Resources.CLUSTER, CLUSTER_NAME):
                return Refused(
                    ErrorCode.CLUSTER_AUTHORIZATION_FAILED,
                    "this login has no right to ALTER_CONFIGS on the cluster",
                )
            return Refused(
                ErrorCode.POLICY_VIOLATION,
                "brokers are configured by whoever runs the service; set configs on topics",
            )
        case other:
            return Refused(
                ErrorCode.INVALID_REQUEST,
                f"configs of resource type {other} cannot be altered; 2 is topics",
            )
