"""The offline check against partitions written by hand, sound and damaged."""

from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from brokers.log import files
from brokers.wire.batch import NewRecord, build_batch
from tests.torture.anomalies import Findings
from tests.torture.faults.volumes import tear
from tests.torture.segment_files import batches, segments
from tests.torture.storage_check import Damage, ReplicaSet, check_replicas


def batch(offset: int, epoch: int = 1, text: bytes = b"record") -> bytes:
    records = [NewRecord(None, text), NewRecord(None, text)]
    return build_batch(records, base_timestamp=1, base_offset=offset, leader_epoch=epoch)


def write(folder: Path, *written: list[bytes], epochs: str = "0\n1\n1 0\n") -> Path:
    """A replica; each list is a segment, beginning at its first batch's offset."""
    folder.mkdir()
    for segment in written:
        offset = int.from_bytes(segment[0][:8], "big")
        files.offset_path(folder, offset, files.LOG_SUFFIX).write_bytes(b"".join(segment))
    (folder / files.LEADER_EPOCH_CHECKPOINT).write_text(epochs)
    return folder


def found(*folders: Path, committed: int = 0) -> dict[str, int]:
    findings = Findings()
    replicas = dict(enumerate(folders, 1))
    check_replicas(ReplicaSet("p-0", replicas, committed), findings)
    return dict(findings.counts)


SOUND = [batch(0), batch(2)], [batch(4)]


def test_sound_replicas_may_roll_their_segments_differently(tmp_path: Path) -> None:
    one = write(tmp_path / "1", *SOUND)
    other = write(tmp_path / "2", [batch(0)], [batch(2), batch(4)])
    shorter = write(tmp_path / "3", [batch(0), batch(2)])
    assert found(one, other, shorter, committed=4) == {}


def test_a_replica_without_what_was_committed(tmp_path: Path) -> None:
    one = write(tmp_path / "1", *SOUND)
    assert found(one, committed=7) == {Damage.SHORT: 1}
    assert found(one, tmp_path / "none", committed=6) == {Damage.NO_REPLICA: 1}


def test_replicas_that_differ(tmp_path: Path) -> None:
    one = write(tmp_path / "1", *SOUND)
    other = write(tmp_path / "2", [batch(0), batch(2, text=b"RECORD")], [batch(4)])
    assert found(one, other) == {Damage.DIVERGED: 1}


def flip(data: bytes) -> bytes:
    return data[:-1] + bytes([data[-1] ^ 1])


@pytest.mark.parametrize(
    ("damage", "segment"),
    [
        (Damage.CHECKSUM, [batch(0), flip(batch(2))]),
        (Damage.GAP, [batch(0), batch(3)]),
        (Damage.GAP, [batch(0), batch(0)]),
        (Damage.TORN, [batch(0), batch(2)[:-1]]),
        (Damage.TORN, [batch(0), bytes(100)]),
        (Damage.EPOCH_WRONG, [batch(0), batch(2, epoch=2)]),
    ],
)
def test_one_damaged_segment(tmp_path: Path, damage: Damage, segment: list[bytes]) -> None:
    assert found(write(tmp_path / "1", segment)) == {damage: 1}


def test_segments_that_leave_something_out_between_them(tmp_path: Path) -> None:
    assert found(write(tmp_path / "1", [batch(0)], [batch(4)])) == {Damage.GAP: 1}
    overlapping = found(write(tmp_path / "2", [batch(0), batch(2), batch(4)], [batch(4)]))
    assert overlapping[Damage.GAP] >= 1


def test_epochs_that_do_not_rise(tmp_path: Path) -> None:
    back = write(tmp_path / "1", [batch(0, 2), batch(2, 1)], epochs="0\n2\n2 0\n1 2\n")
    assert found(back) == {Damage.EPOCH_BACK: 2}
    again = write(tmp_path / "2", [batch(0, 1)], epochs="0\n2\n1 0\n2 0\n")
    assert found(again)[Damage.EPOCH_BACK] == 1


@pytest.mark.parametrize("seed", range(40))
def test_a_torn_tail_leaves_what_is_known_to_be_there(tmp_path: Path, seed: int) -> None:
    folder = write(tmp_path / "1", [batch(0), batch(2), batch(4)])
    (segment,) = segments(folder)
    whole = segment.read_bytes()
    tear(segment, keep=3, draw=Random(seed))
    assert segment.read_bytes() != whole
    kept = [header.last_offset for _, header, _ in batches(segment)]
    assert kept[:2] == [1, 3]


def lost(folder: Path) -> None:
    for segment in segments(folder):
        segment.unlink()


def emptied(folder: Path) -> None:
    for segment in segments(folder):
        segment.write_bytes(b"")


@pytest.mark.parametrize("harm", [lost, emptied])
def test_a_replica_that_lost_everything(tmp_path: Path, harm: Callable[[Path], None]) -> None:
    folder = write(tmp_path / "1", *SOUND)
    harm(folder)
    assert Damage.SHORT in found(folder, committed=6)
