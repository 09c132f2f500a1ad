"""The body of ``records:delete``, read and checked for shape, and what it comes to. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from brokers.kernel.errors import ErrorCode, Refusal
from streaming.groups.extents import Extent
from streaming.rest.body import INT32_MAX, InvalidBody, flag, items, members, number

PARTITIONS_MAX: Final = 1_000
END: Final = "high_watermark"
"""In place of an offset: everything that is committed."""
_OFFSET_MAX: Final = 2**63 - 1


@dataclass(frozen=True, slots=True)
class DeleteRecords:
    """By partition the offset before which everything goes; None for the high watermark."""

    before: Mapping[int, int | None]
    validate_only: bool


def parse_delete_records(body: Any) -> DeleteRecords:
    """``{"partitions": [{"partition_id", "before_offset"}], "validate_only"}``, an offset being a
    number, also as text, or ``high_watermark``. Raises ``InvalidBody``."""
    given = members(body, ("partitions", "validate_only"))
    before: dict[int, int | None] = {}
    for position, entry in enumerate(items(given, "partitions", PARTITIONS_MAX)):
        where = f"partitions[{position}]"
        fields = members(entry, ("partition_id", "before_offset"), where=where)
        index = number(fields, "partition_id", 0, INT32_MAX)
        if index in before:
            raise InvalidBody(f"partitions names partition {index} twice")
        before[index] = _offset(fields.get("before_offset"), where)
    return DeleteRecords(before, flag(given, "validate_only"))


def _offset(value: Any, where: str) -> int | None:
    if value == END:
        return None
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 20:
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= _OFFSET_MAX:
        raise InvalidBody(f"before_offset of {where} must be an offset or {END}")
    return value


def starts_after(
    topic: str, wanted: Mapping[int, int | None], extents: Mapping[int, Extent]
) -> dict[int, int]:
    """Where each partition's log would start afterwards.

    Raises ``Refusal`` OFFSET_OUT_OF_RANGE for an offset beyond the high watermark.
    """
    starts = {}
    for index, before in wanted.items():
        extent = extents[index]
        if before is not None and before > extent.end:
            raise Refusal(
                ErrorCode.OFFSET_OUT_OF_RANGE,
                f"offset {before} of topic {topic!r}/{index} is beyond its high watermark, "
                f"{extent.end}; nothing was deleted. Give an offset up to that, or {END}",
            )
        starts[index] = max(extent.start, extent.end if before is None else before)
    return starts
