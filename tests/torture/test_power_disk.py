"""A power cut: what was synchronised is there, what was not is gone. Needs root."""

import os
from pathlib import Path

import pytest

from tests.torture.power_disk import PowerDisk

ROOM = 64 << 20


@pytest.fixture(autouse=True)
def _may_mount(tmp_path: Path) -> None:
    if not PowerDisk.is_possible(tmp_path):
        pytest.skip("images can be mounted by root only, and not in every container")


def test_only_what_was_synchronised_survives(tmp_path: Path) -> None:
    with PowerDisk(tmp_path / "1", tmp_path / "images", ROOM) as disk:
        partition = disk.folder / "partition"
        partition.mkdir()
        with (partition / "0.log").open("wb") as file:
            file.write(b"s" * 100_000)
            file.flush()
            os.fsync(file.fileno())
            file.write(b"u" * 50_000)
            file.flush()
            (partition / "never.log").write_bytes(b"n" * 1000)
            gone = disk.cut()
        assert (partition / "0.log").read_bytes() == b"s" * 100_000
        assert gone == 51_000
        never = partition / "never.log"
        assert not never.exists() or never.stat().st_size == 0
        disk.forget_before()
        with (partition / "0.log").open("ab") as file:
            file.write(b"goes on")
        assert disk.cut() == len(b"goes on"), "power can go again"
    assert (tmp_path / "1" / "partition" / "0.log").read_bytes() == b"s" * 100_000
    assert not (tmp_path / "images").exists()


def test_it_can_be_filled_and_emptied(tmp_path: Path) -> None:
    with PowerDisk(tmp_path / "1", tmp_path / "images", ROOM) as disk:
        disk.fill()
        with pytest.raises(OSError, match="No space"):
            (disk.folder / "more").write_bytes(bytes(1 << 20))
        disk.empty()
        (disk.folder / "more").write_bytes(bytes(1 << 20))
