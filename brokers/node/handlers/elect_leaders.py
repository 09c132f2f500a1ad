"""ElectLeaders: have preferred leaders lead again (KIP-183, KIP-460); one row per partition."""

from collections import defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from brokers.authorization.resource import Operation
from brokers.kernel.errors import ErrorCode
from brokers.kernel.ids import PartitionIndex, TopicName
from brokers.node.administration import Deadline, check_count, refused_cluster
from brokers.node.ports import Refused
from brokers.node.session import RequestContext
from brokers.wire.messages.elect_leaders_request import ElectLeadersRequest
from brokers.wire.messages.elect_leaders_response import (
    ElectLeadersResponse,
    PartitionResult,
    ReplicaElectionResult,
)

if TYPE_CHECKING:
    from brokers.node.node import Node

PREFERRED: Final = 0
ERROR_SINCE_VERSION: Final = 1

Outcomes = Iterable[tuple[TopicName, PartitionIndex, Refused | None]]

ONLY_PREFERRED: Final = Refused(
    ErrorCode.POLICY_VIOLATION,
    "preferred leaders are elected on request (type 0); an election that may lose acknowledged "
    "records is for whoever runs the service to decide",
)


async def handle(
    request: ElectLeadersRequest, context: RequestContext, node: "Node"
) -> ElectLeadersResponse:
    deadline = Deadline(request.timeout_ms)
    asked = _asked(request)
    refused = await refused_cluster(context, node, Operation.ALTER)
    refused = refused or check_count(len(asked or ()))
    if refused is None and request.election_type != PREFERRED:
        refused = ONLY_PREFERRED
    if refused is None:
        done = await deadline.done(node.control.elect_leaders(context.actor(), asked))
        await deadline.caught_up(node)
        if not isinstance(done, Refused):
            return ElectLeadersResponse(replica_election_results=_rows(done))
        refused = done
    return _refusal(refused, asked or [], context.api_version)


def _asked(request: ElectLeadersRequest) -> list[tuple[TopicName, PartitionIndex]] | None:
    if request.topic_partitions is None:
        return None
    return [
        (TopicName(topic.topic), PartitionIndex(index))
        for topic in request.topic_partitions
        for index in topic.partitions
    ]


def _rows(outcomes: Outcomes) -> list[ReplicaElectionResult]:
    rows: dict[TopicName, list[PartitionResult]] = defaultdict(list)
    for name, index, refused in outcomes:
        rows[name].append(
            PartitionResult(index)
            if refused is None
            else PartitionResult(index, refused.code, refused.message)
        )
    return [ReplicaElectionResult(name, results) for name, results in rows.items()]


def _refusal(
    refused: Refused, asked: list[tuple[TopicName, PartitionIndex]], version: int
) -> ElectLeadersResponse:
    """The first version can only say it of each partition."""
    if version >= ERROR_SINCE_VERSION:
        return ElectLeadersResponse(error_code=refused.code)
    return ElectLeadersResponse(
        replica_election_results=_rows((name, index, refused) for name, index in asked)
    )
