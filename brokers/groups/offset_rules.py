"""Which offsets may be committed, and which are forgotten."""

from collections.abc import Sequence

from brokers.groups.classic.commits import OffsetExpiry
from brokers.groups.classic.machine import ClassicGroup
from brokers.groups.consumer.machine import ConsumerGroup
from brokers.groups.offset_requests import NewOffset
from brokers.groups.offsets import Offsets, commit
from brokers.kernel.errors import ErrorCode
from brokers.kernel.limits import (
    OFFSET_METADATA_BYTES_MAX,
    OFFSET_METADATA_BYTES_PER_TENANT_MAX,
)
from brokers.wire.coordinator.state_record import StateRecord


def commit_records(
    known: Offsets,
    group_id: str,
    offsets: Sequence[NewOffset],
    at_ms: int,
    expires_ms: int,
) -> tuple[list[StateRecord], list[ErrorCode]]:
    """The records of those that may be committed, and a code for each; ``known`` is what was
    committed before."""
    records: list[StateRecord] = []
    codes: list[ErrorCode] = []
    room = OFFSET_METADATA_BYTES_PER_TENANT_MAX - known.metadata_bytes_beside(group_id)
    for new in offsets:
        if new.metadata:
            before = known.find(group_id, new.place)
            longer = len(new.metadata) - (0 if before is None else len(before.metadata))
            if longer > room or len(new.metadata.encode()) > OFFSET_METADATA_BYTES_MAX:
                codes.append(ErrorCode.OFFSET_METADATA_TOO_LARGE)
                continue
            room -= longer
        codes.append(ErrorCode.NONE)
        records.append(
            commit(
                group_id,
                new.place,
                offset=new.offset,
                leader_epoch=new.leader_epoch,
                metadata=new.metadata,
                now_ms=at_ms,
                expires_ms=expires_ms,
            )
        )
    return records, codes


def expired_offsets(
    offsets: Offsets,
    group_id: str,
    group: ClassicGroup | ConsumerGroup,
    wall_ms: int,
    retention_ms: int,
) -> list[StateRecord]:
    """Tombstones for what the group has left unused for too long (KIP-211)."""
    idle_since_ms = None
    if isinstance(group, ClassicGroup):
        expiry = group.offset_expiry()
        if expiry is OffsetExpiry.NEVER:
            return []
        if expiry is OffsetExpiry.FROM_EMPTY:
            idle_since_ms = group.recorded_ms
    return offsets.expired(
        group_id,
        now_ms=wall_ms,
        retention_ms=retention_ms,
        idle_since_ms=idle_since_ms,
        is_subscribed=lambda topic: not group.is_empty and group.is_subscribed(topic),
    )
