"""Names of the files in a partition's folder: the offset in 20 digits, and what it holds."""

from pathlib import Path
from typing import Final

LOG_SUFFIX: Final = ".log"
INDEX_SUFFIX: Final = ".index"
TIME_INDEX_SUFFIX: Final = ".timeindex"
TRANSACTION_INDEX_SUFFIX: Final = ".txnindex"
SNAPSHOT_SUFFIX: Final = ".snapshot"
DELETED_SUFFIX: Final = ".deleted"
TEMPORARY_SUFFIX: Final = ".tmp"

SEGMENT_SUFFIXES: Final = (
    LOG_SUFFIX, INDEX_SUFFIX, TIME_INDEX_SUFFIX, TRANSACTION_INDEX_SUFFIX,
)  # fmt: skip

CLEANED_SUFFIX: Final = ".cleaned"
"""Behind the name of a compacted segment's file before the decision to use it."""

SWAP_SUFFIX: Final = ".swap"
"""Behind the same name once that is decided, until the segments that it replaces are away."""

CLEANED_SUFFIXES: Final = (
    INDEX_SUFFIX, TIME_INDEX_SUFFIX, TRANSACTION_INDEX_SUFFIX, LOG_SUFFIX,
)  # fmt: skip
"""What a compacted segment has, in the order of renaming: the log decides, so it is the last."""

LEFTOVER_SUFFIXES: Final = (DELETED_SUFFIX, TEMPORARY_SUFFIX, CLEANED_SUFFIX, SWAP_SUFFIX)
"""What a stopped broker may leave half-done; never part of the log."""

LEADER_EPOCH_CHECKPOINT: Final = "leader-epoch-checkpoint"
PARTITION_METADATA: Final = "partition.metadata"

OFFSET_DIGITS: Final = 20


def offset_path(directory: Path, offset: int, suffix: str) -> Path:
    """``<directory>/00000000000000000042.log`` and its like."""
    return directory / f"{offset:0{OFFSET_DIGITS}d}{suffix}"


def offset_of(name: str, suffix: str) -> int | None:
    """The offset in a file's name, or None when the name is not of that kind."""
    stem = name.removesuffix(suffix)
    if stem == name or len(stem) != OFFSET_DIGITS or not (stem.isascii() and stem.isdigit()):
        return None
    return int(stem)
