"""What a broker has seen: kept whole, before it is acted on, whatever becomes of the machine."""

from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brokers.kernel.errors import StorageError
from brokers.log.control_plane_checkpoint import ControlPlaneCheckpoint
from tests.model.memory_disk import MemoryDisk

FILE = Path("/volume/control-plane-checkpoint")
KEYS = st.sampled_from(["seen", "partition/00/1", "topic/00"])
CHANGES = st.lists(
    st.dictionaries(KEYS, st.none() | st.sampled_from(['{"a": 1}', "{}", '["b c"]'])), max_size=8
)


def volume() -> MemoryDisk:
    disk = MemoryDisk()
    disk.make_directory(FILE.parent)
    disk.synchronize_directory(FILE.parent.parent)
    return disk


@given(changes=CHANGES, seed=st.integers(0, 2**32))
def test_what_keep_has_returned_from_survives_the_loss_of_power(changes, seed):
    disk, expected = volume(), {}
    for each in changes:
        ControlPlaneCheckpoint(disk, FILE).keep(each)
        expected = {k: v for k, v in {**expected, **each}.items() if v is not None}
        disk.lose_power(Random(seed))
        assert ControlPlaneCheckpoint(disk, FILE).entries == expected


def test_a_full_disk_leaves_what_was_kept():
    disk = volume()
    checkpoint = ControlPlaneCheckpoint(disk, FILE)
    checkpoint.keep({"seen": "1"})
    disk.free_bytes = 0
    with pytest.raises(StorageError):
        checkpoint.keep({"seen": "2"})
    assert checkpoint.entries == {"seen": "1"}
    disk.free_bytes = None
    checkpoint.keep({"seen": "2"})
    assert ControlPlaneCheckpoint(disk, FILE).entries == {"seen": "2"}


@pytest.mark.parametrize("content", [b"0\n1\nseen\n", b"0\n2\nseen 1\n", b"\xff"])
def test_a_file_that_is_not_whole_is_refused(content):
    disk = volume()
    handle = disk.create(FILE)
    disk.pwritev(handle, [content], 0)
    with pytest.raises(StorageError):
        ControlPlaneCheckpoint(disk, FILE)
