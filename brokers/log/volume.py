"""One volume: a folder, locked by one broker, with a partition's folder for each replica on it."""

import json
import uuid
from pathlib import Path
from typing import Final

from brokers.kernel.errors import StorageError
from brokers.kernel.limits import ROOM_BYTES_MIN
from brokers.log.checkpoints import (
    OffsetCheckpoint,
    PartitionCheckpoint,
    PartitionKey,
    replace_file,
)
from brokers.log.config import LogConfig
from brokers.log.control_plane_checkpoint import ControlPlaneCheckpoint
from brokers.log.disk import Disk, storage_error
from brokers.log.handles import OPEN_FILES_MAX, HandlePool
from brokers.log.partition_log import PartitionLog

LOCK: Final = ".lock"
META: Final = "meta.properties"
CLEAN_SHUTDOWN: Final = ".kafka_cleanshutdown"
RECOVERY_POINTS: Final = "recovery-point-offset-checkpoint"
LOG_STARTS: Final = "log-start-offset-checkpoint"
FIRST_DIRTY_OFFSETS: Final = "cleaner-offset-checkpoint"
CONTROL_PLANE: Final = "control-plane-checkpoint"
DELETE_SUFFIX: Final = "-delete"

OPENERS: Final = 4
"""Threads that may open logs at once. After a crash most of it is waiting for fsync, and a file
system makes durable in one go what several wait for."""


class Volume:
    """The logs of one broker on one disk. One thread, but for ``open_log``. Methods raise
    ``StorageError``."""

    def __init__(self, path: Path, disk: Disk, lock: int, volume_id: uuid.UUID) -> None:
        """Use ``open``."""
        self.path = path
        self.disk = disk
        self.id = volume_id
        self.logs: dict[PartitionKey, PartitionLog] = {}
        self._lock = lock
        self._handles = [HandlePool(disk, OPEN_FILES_MAX // OPENERS) for _ in range(OPENERS)]
        self._recovery_points = OffsetCheckpoint(disk, path / RECOVERY_POINTS)
        self._log_starts = OffsetCheckpoint(disk, path / LOG_STARTS)
        self._log_starts.make_if_absent()
        self.first_dirty_offsets = OffsetCheckpoint(disk, path / FIRST_DIRTY_OFFSETS)
        """Where each log is compacted up to; without it a log is compacted anew, no more."""
        self.control_plane = ControlPlaneCheckpoint(disk, path / CONTROL_PLANE)
        """What this volume's broker has seen of the control plane."""
        self._deleted: list[tuple[int, Path]] = []
        self._lacked_room = False

    @classmethod
    def open(cls, path: Path, *, disk: Disk, new_id: uuid.UUID | None = None) -> "Volume":
        """Lock the folder, made if absent. ``new_id`` names a volume that has no id yet.

        Raises ``StorageError`` when another process has it locked.
        """
        try:
            disk.make_directory(path)
            lock = disk.lock(path / LOCK)
        except BlockingIOError as error:
            raise StorageError(
                f"volume {path} is in use by another broker; stop that one or give this one a "
                "volume of its own"
            ) from error
        except OSError as error:
            raise storage_error(error, f"locking volume {path}") from error
        try:
            # What a process before renamed and did not make durable is relied upon from here.
            disk.synchronize_directory(path)
            volume_id = _volume_id(path, disk, new_id or uuid.uuid4())
            return cls(path, disk, lock, volume_id)
        except OSError as error:
            disk.close(lock)
            raise storage_error(error, f"opening volume {path}") from error
        except StorageError:
            disk.close(lock)
            raise

    # --- clean shutdown ---

    def take_marker(self) -> int | None:
        """The incarnation that shut this volume down cleanly, None if the last one did not.

        The marker is gone, durably, before this returns: it tells once. Form: Kafka's
        ``CleanShutdownFileHandler`` (KIP-966).
        """
        path = self.path / CLEAN_SHUTDOWN
        try:
            text = self.disk.read_file(path)
            self.disk.unlink(path)
            self.disk.synchronize_directory(self.path)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise storage_error(error, f"taking the clean-shutdown marker {path}") from error
        try:
            return int(json.loads(text)["brokerEpoch"])
        except (ValueError, KeyError, TypeError):
            return None

    def write_marker(self, incarnation: int) -> None:
        """Say that ``incarnation`` has closed every log of this volume."""
        text = json.dumps({"version": 0, "brokerEpoch": incarnation})
        try:
            replace_file(self.disk, self.path / CLEAN_SHUTDOWN, text.encode())
        except OSError as error:
            raise storage_error(
                error, f"writing the clean-shutdown marker of {self.path}"
            ) from error

    # --- room ---

    def lacks_room(self) -> bool:
        """Whether the disk is full or nearly so. Once it was, it takes twice as much to say no.

        A disk that does not tell has room: then only writes show what there is.
        """
        enough = ROOM_BYTES_MIN * 2 if self._lacked_room else ROOM_BYTES_MIN
        try:
            self._lacked_room = self.disk.room(self.path) < enough
        except OSError:
            self._lacked_room = False
        return self._lacked_room

    # --- partitions ---

    def partition_directory(self, topic_id: bytes, partition: int) -> Path:
        return self.path / PartitionKey(topic_id, partition).directory_name

    def partitions(self) -> list[PartitionKey]:
        """Every partition that has a folder here, by topic id and number."""
        try:
            entries = self.disk.list(self.path)
        except OSError as error:
            raise storage_error(error, f"listing volume {self.path}") from error
        keys = (PartitionKey.parse(entry.name) for entry in entries if entry.is_directory)
        return sorted(key for key in keys if key is not None)

    def opener(self, topic_id: bytes, partition: int) -> int:
        """Which of ``OPENERS`` the partition is for: its log shares open files with those of the
        same number only."""
        return (topic_id[-1] + partition) % OPENERS

    def open_log(
        self, topic_id: bytes, partition: int, *, config: LogConfig, now_ms: int, clean: bool
    ) -> PartitionLog:
        """Open a partition with what this volume's checkpoints say of it; see
        ``PartitionLog.open``. Threads may do this at once for partitions of different ``opener``,
        while nothing else is done with the volume.

        ``clean``: ``take_marker`` gave the incarnation that is known to have written last.
        """
        key = PartitionKey(topic_id, partition)
        log = PartitionLog.open(
            self.path / key.directory_name,
            disk=self.disk,
            config=config,
            topic_id=topic_id,
            now_ms=now_ms,
            clean=clean,
            recovery_point=self._recovery_points.get(key),
            log_start_offset=self._known_log_start(key),
            handles=self._handles[self.opener(topic_id, partition)],
            checkpoint=PartitionCheckpoint(
                key, self._recovery_points, self._log_starts, self.first_dirty_offsets
            ),
        )
        self.logs[key] = log
        return log

    def _known_log_start(self, key: PartitionKey) -> int | None:
        """None when the checkpoint was lost, and the partition may have begun anywhere."""
        offset = self._log_starts.get(key)
        return None if offset == 0 and self._log_starts.absent else offset

    def checkpoint(self) -> None:
        """Keep the recovery point and the log start of every open log.

        Every minute or so: the next unclean start reads from the recovery points on.
        """
        try:
            self._recovery_points.update(
                {key: log.recovery_point for key, log in self.logs.items()}
            )
            self._log_starts.update({key: log.log_start_offset for key, log in self.logs.items()})
        except OSError as error:
            raise storage_error(error, f"writing the checkpoints of {self.path}") from error

    def delete_partition(self, topic_id: bytes, partition: int, *, remove_at_ms: int) -> None:
        """Take a partition off this volume: its folder is renamed now and removed later.

        Nothing happens when it has none. An open log is closed first; no flush of it may be under
        way.
        """
        key = PartitionKey(topic_id, partition)
        log = self.logs.pop(key, None)
        if log is not None:
            log.abandon()
        directory = self.path / key.directory_name
        target = directory.with_name(f"{directory.name}.{remove_at_ms}{DELETE_SUFFIX}")
        try:
            # First, for want of room this may have to be asked again, and another log of this name
            # must not be thought to lack what an earlier one had.
            self._recovery_points.drop(key)
            self._log_starts.drop(key)
            self.first_dirty_offsets.drop(key)
            self.disk.rename(directory, target)
            self.disk.synchronize_directory(self.path)
        except FileNotFoundError:
            return
        except OSError as error:
            raise storage_error(error, f"deleting {directory.name}") from error
        self._deleted.append((remove_at_ms, target))

    def find_deleted(self, remove_at_ms: int) -> None:
        """Plan the removal of folders that a process before had renamed."""
        for entry in self.disk.list(self.path):
            if entry.is_directory and entry.name.endswith(DELETE_SUFFIX):
                self._deleted.append((remove_at_ms, self.path / entry.name))

    def remove_deleted(self, now_ms: int) -> None:
        """Remove the folders of deleted partitions whose time has come."""
        waiting = []
        for due_ms, directory in self._deleted:
            if due_ms > now_ms:
                waiting.append((due_ms, directory))
                continue
            try:
                self.disk.remove_tree(directory)
            except FileNotFoundError:
                continue
            except OSError as error:
                raise storage_error(error, f"removing {directory}") from error
        self._deleted = waiting

    # --- closing ---

    def close(self) -> None:
        """Give the volume up; logs still open are left as a crash would leave them."""
        for log in self.logs.values():
            log.abandon()
        self.logs.clear()
        for handles in self._handles:
            handles.close()
        self.disk.close(self._lock)

    def close_logs(self) -> bool:
        """Close every log and keep the checkpoints; whether a clean-shutdown marker is deserved.

        A clean stop is ``close_logs``, ``write_marker`` if that was True, ``close``.
        """
        clean = True
        for log in self.logs.values():
            try:
                log.close()
            except StorageError:
                clean = False
        self.checkpoint()
        self.logs.clear()
        return clean


def _volume_id(path: Path, disk: Disk, new_id: uuid.UUID) -> uuid.UUID:
    meta = path / META
    try:
        # Bytes that are no text cannot name the volume either; the UUID below says so.
        text = disk.read_file(meta).decode(errors="replace")
    except FileNotFoundError:
        content = f"#\nversion=1\ndirectory.id={new_id}\n"
        replace_file(disk, meta, content.encode())
        return new_id
    properties = dict(
        line.split("=", 1) for line in text.splitlines() if "=" in line and line[0] != "#"
    )
    try:
        return uuid.UUID(properties["directory.id"])
    except (KeyError, ValueError) as error:
        raise StorageError(
            f"{meta} has no directory.id that is a UUID; restore the file, for a volume whose "
            "identity changed does not count as a replica"
        ) from error
