"""What configs can belong to (KIP-133), and altering them resource by resource."""

from collections.abc import Awaitable, Callable, Sequence
from enum import IntEnum
from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeVar

from brokers.kernel.errors import ErrorCode
from brokers.node.administration import (
    REPEATED,
    Deadline,
    check_count,
    refused_topic,
    repeated,
)
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
    refused = refused_topic(context) or check_count(len(resources))
    rows = []
    for (kind, name), resource in by_name.items():
        problem = refused or (REPEATED if (kind, name) in twice else _unalterable(kind))
        if problem is None:
            problem = await deadline.done(alter(resource))
        code = ErrorCode.NONE if problem is None else problem.code
        rows.append(Altered(kind, name, code, None if problem is None else problem.message))
    await deadline.caught_up(node)
    return rows


def _unalterable(kind: int) -> Refused | None:
    match kind:
        case ResourceType.TOPIC:
            return None
        case ResourceType.BROKER:
            return Refused(
                ErrorCode.POLICY_VIOLATION,
                "brokers are configured by whoever runs the service; set configs on topics",
            )
        case other:
            return Refused(
                ErrorCode.INVALID_REQUEST,
                f"configs of resource type {other} cannot be altered; 2 is topics",
            )
