"""Opening a partition's folder: its files read, recovered where need be, and put into memory."""

import base64
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Final

from brokers.kernel.errors import StorageError
from brokers.log import files
from brokers.log.checkpoints import replace_file, write_new_file
from brokers.log.config import LogConfig
from brokers.log.disk import Disk, FileEntry
from brokers.log.epochs import EpochHistory
from brokers.log.handles import HandlePool
from brokers.log.producer_snapshots import ProducerSnapshots
from brokers.log.producers import ProducerWindow
from brokers.log.recovery import (
    Recoverer,
    Recovery,
    find_clean_end,
    read_epochs,
    rebuild_producers,
)
from brokers.log.scan import CorruptLog
from brokers.log.segment import Segment
from brokers.log.segments import remove_segment_files
from brokers.log.swap import finish_swaps

METADATA_VERSION: Final = 0


@dataclass(slots=True)
class OpenedFolder:
    """Closed segments only: a process appends to no file but its own."""

    segments: list[Segment]
    end_offset: int
    log_start_offset: int
    epochs: EpochHistory
    snapshots: ProducerSnapshots
    producers: ProducerWindow
    recovery: Recovery
    is_new: bool
    """Made here, and its name is not yet durable."""
    unsynchronized: list[Path]
    """Files that the first flush must make durable."""


def open_folder(
    directory: Path,
    *,
    handles: HandlePool,
    config: LogConfig,
    topic_id: bytes,
    now_ms: int,
    clean: bool,
    recovery_point: int,
    log_start_offset: int | None,
) -> OpenedFolder:
    """Read the folder, made if absent. Raises ``OSError`` and ``StorageError``.

    ``log_start_offset`` None: not known, the first segment tells.
    """
    disk = handles.disk
    disk.make_directory(directory)
    entries = list(finish_swaps(directory, disk.list(directory), handles))
    metadata = _check_metadata(directory, disk, topic_id)
    unsynchronized = [] if metadata is None else [metadata]
    segments = load_segments(directory, entries, handles, config)
    if log_start_offset is None:
        log_start_offset = segments[0].base_offset if segments else 0
    elif segments and segments[0].base_offset > log_start_offset:
        _check_lost_beginning(directory, segments, log_start_offset, recovery_point, clean=clean)
        segments = _remove_all(directory, segments, handles)
    epochs, epochs_text = read_epochs(directory, segments, handles)
    snapshots = _snapshots(directory, entries, disk)
    end_offset = _clean_end(segments, log_start_offset) if clean else None
    if end_offset is not None and end_offset >= recovery_point:
        recovery = Recovery(clean=True)
        if segments:
            segments[-1].end_offset = end_offset
    else:
        recoverer = Recoverer(
            segments, handles, epochs, recovery_point, snapshots=snapshots, now_ms=now_ms
        )
        segments = recoverer.run(directory)
        recovery, end_offset = recoverer.recovery, recoverer.end_offset
        if segments:
            unsynchronized += segments[-1].index_paths
    if end_offset < log_start_offset:
        # What was deleted need not be there; offsets still go on where readers were told they do.
        segments, end_offset = _remove_all(directory, segments, handles), log_start_offset
        if snapshots.load(end_offset) is None:
            # An older one would have sequences without what followed, and transactions whose end
            # never comes. Retention makes the right one durable before it empties a log.
            snapshots.drop_all()
    if end_offset < recovery_point:
        raise CorruptLog(
            f"{directory.name} ends at offset {end_offset}, below its recovery point "
            f"{recovery_point}; restore this replica from another one"
        )
    first_offset = segments[0].base_offset if segments else end_offset
    epochs.truncate_from_end(end_offset)
    if epochs.encode() != epochs_text and (segments or epochs_text):
        # Now: what is durable from here on must not outlive the epochs that it was written in.
        replace_file(disk, directory / files.LEADER_EPOCH_CHECKPOINT, epochs.encode())
    if snapshots.drop_above(end_offset):
        # Now: one that came back would tell of batches that are not those written there since.
        disk.synchronize_directory(directory)
    return OpenedFolder(
        segments=segments,
        end_offset=end_offset,
        log_start_offset=max(log_start_offset, first_offset),
        epochs=epochs,
        snapshots=snapshots,
        producers=rebuild_producers(snapshots, segments, end_offset, now_ms),
        recovery=recovery,
        is_new=metadata is not None,
        unsynchronized=unsynchronized,
    )


def _check_lost_beginning(
    directory: Path,
    segments: list[Segment],
    log_start_offset: int,
    recovery_point: int,
    *,
    clean: bool,
) -> None:
    """The log start is kept before a segment goes, so one is missing here that never should be.

    After an unclean stop it may never have reached the device, and what follows it must go too: a
    replica must not count as having what it lacks. Raises ``CorruptLog`` when it had been durable.
    """
    if clean or recovery_point > log_start_offset:
        raise CorruptLog(
            f"{directory.name} begins at offset {segments[0].base_offset}, its log start is "
            f"{log_start_offset}: a segment is missing; restore this replica from another one"
        )


def _clean_end(segments: list[Segment], log_start_offset: int) -> int | None:
    return find_clean_end(segments[-1]) if segments else log_start_offset


def load_segments(
    directory: Path, entries: list[FileEntry], handles: HandlePool, config: LogConfig
) -> list[Segment]:
    """The segments in ``entries`` by base offset; leftovers and files without a log are
    unlinked."""
    sizes: dict[int, dict[str, int]] = {}
    for entry in entries:
        if entry.name.endswith(files.LEFTOVER_SUFFIXES):
            handles.disk.unlink(directory / entry.name)
            continue
        for suffix in files.SEGMENT_SUFFIXES:
            base_offset = files.offset_of(entry.name, suffix)
            if base_offset is not None:
                sizes.setdefault(base_offset, {})[suffix] = entry.size
    segments = []
    for base_offset in sorted(sizes):
        if sizes[base_offset].get(files.LOG_SUFFIX, 0) == 0:
            # Without a batch it is not a segment, and a new one of that name gets a new inode.
            remove_segment_files(handles, directory, base_offset)
            continue
        segments.append(
            Segment(
                directory,
                base_offset,
                handles,
                sizes=sizes[base_offset],
                index_interval=config.index_interval_bytes,
            )
        )
    for segment, following in pairwise(segments):
        segment.end_offset = following.base_offset
    return segments


def _check_metadata(directory: Path, disk: Disk, topic_id: bytes) -> Path | None:
    """Compare or write ``partition.metadata``; the file if it was written. Kafka's
    ``PartitionMetadataFile``."""
    path = directory / files.PARTITION_METADATA
    name = base64.urlsafe_b64encode(topic_id).rstrip(b"=").decode()
    expected = f"version: {METADATA_VERSION}\ntopic_id: {name}\n".encode()
    try:
        found = disk.read_file(path)
    except FileNotFoundError:
        found = b""
    if found.strip() == expected.strip():
        return None
    if len(found) >= len(expected):
        raise StorageError(
            f"{path} names another topic than {name}; this folder is not that partition's"
        )
    # Absent, or torn when it was first written: the folder's own name carries the id too.
    write_new_file(disk, path, expected)
    return path


def _remove_all(directory: Path, segments: list[Segment], handles: HandlePool) -> list[Segment]:
    for segment in reversed(segments):
        remove_segment_files(handles, directory, segment.base_offset)
    # Now: offsets are promised from here on that these, if they came back, would contradict.
    handles.disk.synchronize_directory(directory)
    return []


def _snapshots(directory: Path, entries: list[FileEntry], disk: Disk) -> ProducerSnapshots:
    offsets = (files.offset_of(entry.name, files.SNAPSHOT_SUFFIX) for entry in entries)
    return ProducerSnapshots(directory, disk, [offset for offset in offsets if offset is not None])
