"""What the handlers of administrative requests have in common: who may, and for how long.

Every broker takes these requests; the verb itself is a transaction of the control plane, so it does
not matter which broker does it. A request that is out of time, or meets a store that is away,
answers REQUEST_TIMED_OUT: the client asks again, and nothing is known about the outcome.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Final, TypeVar

from brokers.authorization.resource import Operation
from brokers.kernel.errors import ErrorCode, Refusal
from brokers.kernel.limits import TOPICS_PER_REQUEST_MAX
from brokers.node.authorization import may_on_cluster
from brokers.node.ports import MetadataUnavailable, Refused
from brokers.node.session import RequestContext
from brokers.wire.registry import ApiKey

if TYPE_CHECKING:
    from brokers.node.node import Node

T = TypeVar("T")

UNTIMED_SECONDS: Final = 10.0
"""For requests that carry no time-out, or one that is not positive."""

TIMEOUT_SECONDS_MAX: Final = 60.0
_TOO_FAST: Final = ErrorCode.THROTTLING_QUOTA_EXCEEDED

KNOW_THROTTLING: Final[Mapping[ApiKey, int]] = {
    ApiKey.CREATE_TOPICS: 6,
    ApiKey.DELETE_TOPICS: 5,
    ApiKey.CREATE_PARTITIONS: 3,
}
"""From which version on clients know THROTTLING_QUOTA_EXCEEDED (KIP-599)."""


class Deadline:
    """The moment by which a request must be answered; ``timeout_ms`` is the client's wish."""

    __slots__ = ("_at", "_loop")

    def __init__(self, timeout_ms: int = 0) -> None:
        self._loop = asyncio.get_running_loop()
        wished = timeout_ms / 1000 if timeout_ms > 0 else UNTIMED_SECONDS
        self._at = self._loop.time() + min(wished, TIMEOUT_SECONDS_MAX)

    async def done(self, verb: Awaitable[T]) -> T | Refused:
        """What ``verb`` returns, or why it did not."""
        try:
            async with asyncio.timeout_at(self._at):
                return await verb
        except Refusal as refusal:
            return Refused.by(refusal)
        except MetadataUnavailable:
            return Refused(
                ErrorCode.REQUEST_TIMED_OUT,
                "the metadata store does not answer; it is not known whether this was done, so "
                "look before you try again",
            )
        except TimeoutError:
            return Refused(
                ErrorCode.REQUEST_TIMED_OUT,
                "this took longer than the request's time-out; it may still be done",
            )

    async def paced(
        self, api_key: ApiKey, version: int, attempt: Callable[[], Awaitable[T | Refused]]
    ) -> T | Refused:
        """What ``attempt`` comes to where partitions come and go no faster than they may.

        A client that knows THROTTLING_QUOTA_EXCEEDED is told it; one of before KIP-599 is held back
        until it may, or told REQUEST_TIMED_OUT where that is after its time.
        """
        if version >= KNOW_THROTTLING[api_key]:
            return await attempt()
        while True:
            outcome = await attempt()
            if not isinstance(outcome, Refused) or outcome.code is not _TOO_FAST:
                return outcome
            at = self._loop.time() + outcome.wait_ms / 1000
            if at >= self._at:
                return replace(outcome, code=ErrorCode.REQUEST_TIMED_OUT)
            await asyncio.sleep(at - self._loop.time())

    async def caught_up(self, node: "Node") -> None:
        """Make what was just written usable here, if there is time for it."""
        try:
            async with asyncio.timeout_at(self._at):
                await node.catch_up()
        except TimeoutError:
            return


def topic_refusal(operation: Operation) -> Refused:
    """TOPIC_AUTHORIZATION_FAILED, whether or not there is such a topic."""
    return Refused(
        ErrorCode.TOPIC_AUTHORIZATION_FAILED,
        f"this login has no right to {operation.name} on a topic of this name",
    )


async def refused_cluster(
    context: RequestContext, node: "Node", operation: Operation
) -> Refused | None:
    """CLUSTER_AUTHORIZATION_FAILED for a login that may not do this to the tenant's cluster."""
    if await may_on_cluster(context, node, operation):
        return None
    return Refused(
        ErrorCode.CLUSTER_AUTHORIZATION_FAILED,
        f"this login has no right to {operation.name} on the cluster",
    )


def note_if_over_quota(context: RequestContext, node: "Node", outcome: object) -> None:
    """For the audit log, where a verb was refused by a quota."""
    if isinstance(outcome, Refused) and outcome.quota:
        node.refusals.over_quota(context.session, outcome.quota)


def repeated(names: Iterable[object]) -> set[object]:
    """What stands more than once in a request that must name each thing once."""
    return {name for name, count in Counter(names).items() if count > 1}


def check_count(asked: int) -> Refused | None:
    """Refuses a request about more things than one request may be about."""
    if asked <= TOPICS_PER_REQUEST_MAX:
        return None
    return Refused(
        ErrorCode.POLICY_VIOLATION,
        f"one request may be about {TOPICS_PER_REQUEST_MAX} things, this one is about {asked}; "
        "send several",
    )


REPEATED: Final = Refused(ErrorCode.INVALID_REQUEST, "this stands in the request more than once")
