"""Bindings and filters as they stand in ACL requests."""

from enum import IntEnum
from typing import Protocol, TypeVar

from brokers.authorization.acl import AclBinding, AclFilter
from brokers.authorization.resource import Operation, PatternType, Permission, ResourceType
from brokers.kernel.errors import ErrorCode, Refusal
from brokers.wire.messages.create_acls_request import AclCreation

E = TypeVar("E", bound=IntEnum)


class WireFilter(Protocol):
    """DescribeAcls' request, or one filter of DeleteAcls."""

    resource_type_filter: int
    resource_name_filter: str | None
    pattern_type_filter: int
    principal_filter: str | None
    host_filter: str | None
    operation: int
    permission_type: int


def filter_of(asked: WireFilter) -> AclFilter:
    """Raises ``Refusal`` INVALID_REQUEST for a code that means nothing."""
    return AclFilter(
        principal=asked.principal_filter,
        host=asked.host_filter,
        resource_type=_member(ResourceType, asked.resource_type_filter),
        pattern_type=_member(PatternType, asked.pattern_type_filter),
        resource_name=asked.resource_name_filter,
        operation=_member(Operation, asked.operation),
        permission=_member(Permission, asked.permission_type),
    )


def binding_of(asked: AclCreation) -> AclBinding:
    """Raises ``Refusal`` INVALID_REQUEST for a code that means nothing, or stands in filters
    only."""
    binding = AclBinding(
        asked.principal,
        asked.host,
        _member(ResourceType, asked.resource_type),
        _member(PatternType, asked.resource_pattern_type),
        asked.resource_name,
        _member(Operation, asked.operation),
        _member(Permission, asked.permission_type),
    )
    if (
        ResourceType.ANY is binding.resource_type
        or binding.pattern_type in {PatternType.ANY, PatternType.MATCH}
        or Operation.ANY is binding.operation
        or Permission.ANY is binding.permission
    ):
        raise Refusal(
            ErrorCode.INVALID_REQUEST, "ANY and MATCH stand in filters; a binding is exact"
        )
    return binding


def _member(kind: type[E], code: int) -> E:
    try:
        return kind(code)
    except ValueError:
        raise Refusal(
            ErrorCode.INVALID_REQUEST, f"{code} is no {kind.__name__} that is known here"
        ) from None
