"""Whether the replicas' files are sound and alike, once nothing runs any more.

Clients cannot see these: a checksum that is wrong on a follower, a log that goes on differently, an
epoch that goes back. Replicas roll their segments at different offsets, so it is their batches that
are compared, byte by byte, wherever two of them have the same offsets.
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from pathlib import Path

from crc32c import crc32c

from brokers.log import files
from brokers.wire.batch import CRC_COVERS_FROM, BatchHeader
from tests.torture.anomalies import Findings
from tests.torture.segment_files import batches, segments


class Damage(StrEnum):
    CHECKSUM = "checksum"
    """A batch's CRC-32C is not that of its bytes."""
    TORN = "torn"
    """A segment ends in bytes that are no whole batch, after an orderly stop."""
    GAP = "gap"
    """A batch does not begin where the one before ended, or lies outside its segment."""
    EPOCH_BACK = "epoch-back"
    """Leader epochs, in batches or in the checkpoint, do not rise."""
    EPOCH_WRONG = "epoch-wrong"
    """The leader-epoch checkpoint says another epoch than the batch."""
    DIVERGED = "diverged"
    """Two replicas have different bytes at the same offset."""
    SHORT = "short"
    """A replica lacks what was committed."""
    NO_REPLICA = "no-replica"
    """A broker that has a replica has no folder for it."""


@dataclass(frozen=True, slots=True)
class ReplicaSet:
    """One partition's folders by broker. ``committed`` is where what all of them must have ends."""

    name: str
    folders: Mapping[int, Path]
    committed: int


def check_replicas(replicas: ReplicaSet, findings: Findings) -> None:
    """Add what is wrong with one partition."""
    missing = [broker for broker, folder in replicas.folders.items() if not folder.is_dir()]
    for broker in missing:
        findings.add(Damage.NO_REPLICA, f"{replicas.name} on broker {broker}")
    there = {b: folder for b, folder in replicas.folders.items() if b not in missing}
    for broker, folder in there.items():
        where = f"{replicas.name} on broker {broker}"
        end = _check_replica(where, folder, findings)
        if end < replicas.committed:
            words = f"{where} ends at {end}, committed is up to {replicas.committed}"
            findings.add(Damage.SHORT, words)
    if there:
        first, *others = there.items()
        for other in others:
            _compare(replicas.name, first, other, findings)


def _check_replica(where: str, folder: Path, findings: Findings) -> int:
    """Check one folder by itself; where its log ends."""
    epochs = _epochs(where, folder, findings)
    end, latest = -1, -1
    paths = segments(folder)
    for number, path in enumerate(paths):
        base = _base_offset(path)
        limit = _base_offset(paths[number + 1]) if number + 1 < len(paths) else None
        if end not in {-1, base}:
            findings.add(Damage.GAP, f"{where}: {path.name} begins at {base}, {end} was due")
        end = base
        whole = 0
        for position, header, data in batches(path):
            at = f"{where}: {path.name} at byte {position}, offset {header.base_offset}"
            if header.base_offset != end or header.last_offset_delta < 0:
                findings.add(Damage.GAP, f"{at}: {end} was due")
            if header.partition_leader_epoch < latest:
                findings.add(Damage.EPOCH_BACK, f"{at}: the epoch before was {latest}")
            _check_batch(at, header, data, epochs, findings)
            end, latest = header.last_offset + 1, header.partition_leader_epoch
            whole = position + len(data)
        if whole != path.stat().st_size:
            left = path.stat().st_size - whole
            findings.add(Damage.TORN, f"{where}: {path.name} has {left} bytes behind its batches")
        if limit is not None and end > limit:
            findings.add(Damage.GAP, f"{where}: {path.name} goes on to {end}, beyond {limit}")
    return max(end, 0)


def _check_batch(
    at: str,
    header: BatchHeader,
    data: bytes,
    epochs: list[tuple[int, int]],
    findings: Findings,
) -> None:
    if crc32c(memoryview(data)[CRC_COVERS_FROM:]) != header.crc:
        findings.add(Damage.CHECKSUM, at)
    epoch = header.partition_leader_epoch
    known = bisect_right(epochs, header.base_offset, key=lambda entry: entry[1]) - 1
    noted = epochs[known][0] if known >= 0 else None
    if noted != epoch:
        findings.add(Damage.EPOCH_WRONG, f"{at}: {epoch}, and the checkpoint says {noted}")


def _epochs(where: str, folder: Path, findings: Findings) -> list[tuple[int, int]]:
    """The checkpoint's (epoch, start offset); both have to rise."""
    path = folder / files.LEADER_EPOCH_CHECKPOINT
    lines = path.read_text().splitlines()[2:] if path.exists() else []
    entries = [(int(epoch), int(start)) for epoch, start in map(str.split, lines)]
    for before, after in pairwise(entries):
        if not (after[0] > before[0] and after[1] > before[1]):
            findings.add(Damage.EPOCH_BACK, f"{where}: checkpoint has {before}, then {after}")
    return entries


def _compare(name: str, one: tuple[int, Path], other: tuple[int, Path], findings: Findings) -> None:
    """One finding at most: behind the first difference nothing is worth comparing."""
    left, right = _all_batches(one[1]), _all_batches(other[1])
    a, b = next(left, None), next(right, None)
    while a is not None and b is not None:
        if a[0] < b[0]:
            a = next(left, None)
        elif b[0] < a[0]:
            b = next(right, None)
        elif a[1] != b[1]:
            words = f"{name} at {a[0]}: brokers {one[0]} and {other[0]} differ"
            findings.add(Damage.DIVERGED, words)
            return
        else:
            a, b = next(left, None), next(right, None)


def _all_batches(folder: Path) -> Iterator[tuple[int, bytes]]:
    for path in segments(folder):
        for _, header, data in batches(path):
            yield header.base_offset, data


def _base_offset(path: Path) -> int:
    offset = files.offset_of(path.name, files.LOG_SUFFIX)
    assert offset is not None
    return offset
