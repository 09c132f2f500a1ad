"""Why a request of REST v2 is refused, by the numbers that its clients compare."""

from typing import ClassVar

from brokers.kernel.errors import HeadwaterError


class RefusedV2(HeadwaterError):
    """Base of the refusals below; each knows its HTTP status and Confluent's error code."""

    status: ClassVar[int]
    error_code: ClassVar[int]


class InstanceNotFound(RefusedV2):
    """The instance has ended, never was, is another's, or lives in another web process: the same
    answer for all."""

    status = 404
    error_code = 40403

    def __init__(self, group: str, name: str) -> None:
        super().__init__(
            f"Consumer instance {name} of group {group} is not here. It was deleted, was idle for "
            "too long, lost its credential, or the service was started again: create it anew, and "
            "it goes on from what was committed. Where several web processes serve, send all "
            "requests of an instance to the base_uri that its creation was answered with."
        )


class InstanceExists(RefusedV2):
    status = 409
    error_code = 40902


class IllegalState(RefusedV2):
    """Not in the state that the instance is in."""

    status = 409
    error_code = 40903


class NoTenant(RefusedV2):
    """The caller is known and belongs to no tenant."""

    status = 404
    error_code = 404


class FormatMismatch(RefusedV2):
    status = 406
    error_code = 40601


class InvalidConfig(RefusedV2):
    """The configuration of an instance."""

    status = 422
    error_code = 42204


class UnreadableRecord(RefusedV2):
    """A record is not what the instance's format says; the message tells how to read past it."""

    status = 422
    error_code = 42203


class InvalidPayload(RefusedV2):
    """Records to produce that cannot be understood."""

    status = 422
    error_code = 42206


class TooManyInstances(RefusedV2):
    status = 429
    error_code = 42901


class TopicNotFound(RefusedV2):
    status = 404
    error_code = 40401

    def __init__(self, topic: str) -> None:
        super().__init__(
            f"topic {topic!r} does not exist in this cluster; create it, or check its name"
        )


class PartitionNotFound(RefusedV2):
    status = 404
    error_code = 40402

    def __init__(self, topic: str, partition: int, count: int) -> None:
        super().__init__(f"topic {topic!r} has no partition {partition}; it has {count}, from 0")
