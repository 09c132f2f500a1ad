import pytest

from brokers.kernel.errors import ErrorCode, Refusal
from streaming.groups.extents import Extent
from streaming.rest.body import InvalidBody
from streaming.rest.delete_records_request import parse_delete_records, starts_after


def partitions(*entries, **fields):
    return {"partitions": [*entries], **fields}


def test_offsets_come_as_text_as_numbers_and_as_the_end():
    wanted = parse_delete_records(
        partitions(
            {"partition_id": 0, "before_offset": "9223372036854775807"},
            {"partition_id": 1, "before_offset": 7},
            {"partition_id": 2, "before_offset": "high_watermark"},
            validate_only=True,
        )
    )
    assert (wanted.before, wanted.validate_only) == ({0: 2**63 - 1, 1: 7, 2: None}, True)


FIRST = {"partition_id": 0, "before_offset": 1}


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({}, "partitions"),
        (partitions(), "partitions"),
        (partitions(FIRST, FIRST), "twice"),
        (partitions({"before_offset": 1}), "partition_id"),
        (partitions({"partition_id": "0", "before_offset": 1}), "partition_id"),
        (partitions({"partition_id": 0}), "before_offset"),
        (partitions({"partition_id": 0, "before_offset": -1}), "before_offset"),
        (partitions({"partition_id": 0, "before_offset": "-1"}), "before_offset"),
        (partitions({"partition_id": 0, "before_offset": "earliest"}), "before_offset"),
        (partitions({"partition_id": 0, "before_offset": 2**63}), "before_offset"),
        (partitions({"partition_id": 0, "before_offset": "٣"}), "before_offset"),
        (partitions({"partition_id": 0, "before_offset": True}), "before_offset"),
        (partitions(FIRST, validate_only=0), "validate_only"),
        (partitions(FIRST, dry_run=True), "dry_run"),
    ],
)
def test_wrong_shapes_are_refused_by_name(body, named):
    with pytest.raises(InvalidBody) as refused:
        parse_delete_records(body)
    assert named in str(refused.value)


def test_where_logs_start_afterwards():
    extents = {index: Extent(10, 20) for index in range(5)}
    wanted = {0: None, 1: 15, 2: 5, 3: 10, 4: 20}
    assert starts_after("t", wanted, extents) == {0: 20, 1: 15, 2: 10, 3: 10, 4: 20}
    with pytest.raises(Refusal) as refused:
        starts_after("t", {0: 1, 1: 21}, extents)
    assert refused.value.code is ErrorCode.OFFSET_OUT_OF_RANGE
    assert "'t'/1" in refused.value.message
