"""A piece of work that a broker asks of a storage worker, as files: the request and the report.

A job is a folder under the volume's ``staging``, made by the broker that owns the partition with
``request.json`` in it. A worker writes there and nowhere else, its report last. The broker looks
for the report, and removes the folder when it is done with it: a worker that comes later finds
nothing to do. So files say everything; a message only says where to look.
"""

import json
import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from brokers.kernel.errors import StorageError
from brokers.kernel.limits import STORAGE_FILE_BYTES_MAX
from brokers.log.checkpoints import PartitionKey, replace_file
from brokers.log.disk import Disk
from brokers.log.open_transactions import AbortedTransaction

STAGING: Final = "staging"
REQUEST: Final = "request.json"
REPORT: Final = "report.json"
LOCK: Final = ".lock"

COMPACT: Final = "compact"
SCRUB: Final = "scrub"

JOB_NAME: Final = re.compile(r"[0-9a-f-]{36}-[0-9]{1,10}\.(compact|scrub)\.[0-9]{1,20}-[0-9]{1,20}")
"""Partition, what is to be done, and the broker's incarnation with a number: never used twice."""


class BadJob(StorageError):
    """A request or a report that is not what this release writes."""


@dataclass(frozen=True, slots=True)
class InputSegment:
    """A closed segment as the broker knows it: bytes beyond ``size`` are not part of it.

    ``crc``: CRC-32C of those bytes; None when the worker is to find out how good they are.
    """

    base_offset: int
    end_offset: int
    size: int
    crc: int | None = None


@dataclass(frozen=True, slots=True)
class CompactionRequest:
    """What to compact and how; times in ms, offsets exclusive at ends.

    ``generation`` counts the log's truncations. ``remembered`` are the last offsets of the batches
    that the producer window holds, ``marked`` (producer id, epoch) where it has only a marker of
    that epoch. ``aborted``: every aborted transaction with records below the upper bound.
    """

    topic_id: str
    partition: int
    generation: int
    now_ms: int
    first_dirty: int
    segments: list[InputSegment]
    remembered: list[int]
    delete_retention_ms: int
    segment_bytes: int
    segment_index_bytes: int
    index_interval_bytes: int
    marked: list[tuple[int, int]]
    aborted: list[AbortedTransaction]

    @property
    def upper_bound(self) -> int:
        return self.segments[-1].end_offset


@dataclass(frozen=True, slots=True)
class ScrubRequest:
    """Which segments to read, every byte of them."""

    topic_id: str
    partition: int
    generation: int
    bytes_per_second: int
    segments: list[InputSegment]


@dataclass(frozen=True, slots=True)
class Damage:
    """Where bytes are not what was written: a segment, and the first bad batch's place in it."""

    segment_base: int
    position: int


@dataclass(frozen=True, slots=True)
class CleanedSegment:
    """A segment that was built: from ``base_offset`` to ``end_offset`` in place of the input
    segments with the bases ``replaces``. ``sizes``: bytes by suffix. ``crc``: of its log."""

    base_offset: int
    end_offset: int
    replaces: list[int]
    sizes: dict[str, int]
    crc: int


@dataclass(frozen=True, slots=True)
class Report:
    """How a job ended. ``failure`` says why nothing came of it; ``damage`` what was found bad.

    ``clean_to``: the first offset that the compaction has not seen.
    """

    generation: int
    failure: str = ""
    damage: list[Damage] = field(default_factory=list)
    clean_to: int = 0
    segments: list[CleanedSegment] = field(default_factory=list)
    records_before: int = 0
    records_after: int = 0
    bytes_read: int = 0


def job_name(key: PartitionKey, kind: str, incarnation: int, number: int) -> str:
    return f"{key.directory_name}.{kind}.{incarnation}-{number}"


def job_folder(volume: Path, name: str) -> Path:
    """Where job ``name`` lives. Raises ``BadJob`` for a name that no broker gave."""
    if not JOB_NAME.fullmatch(name):
        raise BadJob(f"{name[:100]!r} names no storage job")
    return volume / STAGING / name


def job_kind(name: str) -> str:
    """``compact`` or ``scrub``, of a name that is one."""
    return name.split(".")[1]


def partition_folder(volume: Path, request: CompactionRequest | ScrubRequest) -> Path:
    key = PartitionKey(uuid.UUID(request.topic_id).bytes, request.partition)
    return volume / key.directory_name


def write_request(disk: Disk, folder: Path, request: CompactionRequest | ScrubRequest) -> None:
    """Make the job's folder with its request in it. Raises ``OSError``."""
    disk.make_directory(folder)
    replace_file(disk, folder / REQUEST, json.dumps(asdict(request)).encode())


def write_report(disk: Disk, folder: Path, report: Report) -> None:
    """The last thing that a worker does. Raises ``OSError``."""
    replace_file(disk, folder / REPORT, json.dumps(asdict(report)).encode())


def read_compaction_request(disk: Disk, folder: Path) -> CompactionRequest:
    """Raises ``BadJob``, and ``OSError`` when the request is gone."""
    with _reading(folder / REQUEST):
        fields = _load(disk, folder / REQUEST)
        fields["marked"] = [(producer_id, epoch) for producer_id, epoch in fields["marked"]]
        fields["aborted"] = [AbortedTransaction(*each) for each in fields["aborted"]]
        return CompactionRequest(**{**fields, "segments": _inputs(fields)})


def read_scrub_request(disk: Disk, folder: Path) -> ScrubRequest:
    """Raises ``BadJob``, and ``OSError`` when the request is gone."""
    with _reading(folder / REQUEST):
        fields = _load(disk, folder / REQUEST)
        return ScrubRequest(**{**fields, "segments": _inputs(fields)})


def read_report(disk: Disk, folder: Path) -> Report | None:
    """None while there is none. Raises ``BadJob`` and ``OSError``."""
    try:
        with _reading(folder / REPORT):
            fields = _load(disk, folder / REPORT)
            damage = [Damage(**each) for each in fields["damage"]]
            segments = [CleanedSegment(**each) for each in fields["segments"]]
            return Report(**{**fields, "damage": damage, "segments": segments})
    except FileNotFoundError:
        return None


def _inputs(fields: dict[str, Any]) -> list[InputSegment]:
    return [InputSegment(**each) for each in fields["segments"]]


def _load(disk: Disk, path: Path) -> dict[str, Any]:
    text = disk.read_file(path)
    if len(text) > STORAGE_FILE_BYTES_MAX:
        raise ValueError(f"it has {len(text)} bytes")
    found = json.loads(text)
    if not isinstance(found, dict):
        raise ValueError("it holds no object")
    return found


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    """Whatever is wrong with a document becomes ``BadJob``, naming the file."""
    try:
        yield
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadJob(f"{path} is not as this release writes it: {error}") from error
