"""What can go wrong between the edge and the brokers, in the data plane's own words."""

from collections.abc import Iterator
from contextlib import contextmanager
from math import ceil
from typing import Final

from aiokafka import errors as kafka

from brokers.kernel.errors import ErrorCode, HeadwaterError, Refusal


class BrokersUnavailable(HeadwaterError):
    """No broker could be reached in time; retriable. Nothing is known about a write under way."""


class TooManyClients(HeadwaterError):
    """A tenant, or the process, has as many edge clients in use as it may."""

    def __init__(self, what: str, limit: int) -> None:
        super().__init__(
            f"{what} has {limit} reads in progress at this web process, which is the limit. "
            "Wait for one to end, ask for shorter waits, or read with a Kafka client."
        )


class Throttled(HeadwaterError):
    """The brokers ask this identity to wait, ``seconds`` more; nothing was sent. Which of
    ``limits`` it is only they know."""

    def __init__(self, limits: tuple[str, ...], seconds: float) -> None:
        self.seconds = ceil(seconds)
        self.limits = limits
        super().__init__(
            f"The brokers hold back what comes in this tenant's name: it, or this principal, has "
            f"used more than its {' or '.join(limits)}. Nothing was done; send the request again "
            f"in {self.seconds} s. GET /api/v1/quotas shows the tenant's limits and what it uses."
        )


_REMEDIES: Final = {
    ErrorCode.UNKNOWN_TOPIC_OR_PARTITION: (
        "does not exist in this cluster; create it, or check its name"
    ),
    ErrorCode.MESSAGE_TOO_LARGE: (
        "larger than the topic takes; send smaller records, or raise its max.message.bytes"
    ),
    ErrorCode.TOPIC_AUTHORIZATION_FAILED: "this credential may not do that",
    ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER: (
        "not written, because a record before it was refused; send it again"
    ),
    ErrorCode.INVALID_TIMESTAMP: "its timestamp is outside of what the topic takes",
    ErrorCode.KAFKA_STORAGE_ERROR: "the broker's disk failed or is full; try again later",
    ErrorCode.GROUP_ID_NOT_FOUND: "does not exist in this cluster; check its name",
    ErrorCode.GROUP_AUTHORIZATION_FAILED: "this credential may not do that",
    ErrorCode.NON_EMPTY_GROUP: "has members; stop its consumers first",
    ErrorCode.UNKNOWN_MEMBER_ID: "has members, and only they may commit; stop its consumers first",
    ErrorCode.GROUP_SUBSCRIBED_TO_TOPIC: (
        "members of the group are subscribed to that topic; stop its consumers first"
    ),
    ErrorCode.COORDINATOR_NOT_AVAILABLE: "its coordinator does not answer; try again",
    ErrorCode.COORDINATOR_LOAD_IN_PROGRESS: "its coordinator is loading; try again",
    ErrorCode.NOT_COORDINATOR: "its coordinator is moving; try again",
}


def refusal_of(code: int, subject: str, told: str | None = None) -> Refusal:
    """A broker's error code as a ``Refusal`` that names what it was about; ``told`` is what the
    broker said of it."""
    try:
        error = ErrorCode(code)
    except ValueError:
        error = ErrorCode.UNKNOWN_SERVER_ERROR
    remedy = told or _REMEDIES.get(error, "the broker refused")
    return Refusal(error, f"{subject}: {remedy} ({error.name})")


@contextmanager
def broker_errors(subject: str) -> Iterator[None]:
    """Turn aiokafka's exceptions into ours; ``subject`` is what was asked for, to name it."""
    try:
        yield
    except (
        kafka.KafkaConnectionError,
        kafka.KafkaTimeoutError,
        kafka.NodeNotReadyError,
        kafka.RequestTimedOutError,
        kafka.StaleMetadata,
        OSError,
        TimeoutError,
    ) as error:
        raise BrokersUnavailable(
            f"{subject}: no broker answered ({error or type(error).__name__})"
        ) from error
    except kafka.BrokerResponseError as error:
        raise refusal_of(error.errno, subject) from error
    except kafka.KafkaError as error:
        raise BrokersUnavailable(f"{subject}: {error!r}") from error
