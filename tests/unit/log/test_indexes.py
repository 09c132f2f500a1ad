"""``.index`` and ``.timeindex``: their bytes, and that searching finds what a list would."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brokers.log.entry_file import BLOCK_ENTRIES, SPILL_BYTES
from brokers.log.handles import HandlePool
from brokers.log.offset_index import OffsetIndex
from brokers.log.time_index import TimeIndex
from tests.model.memory_disk import MemoryDisk

FOLDER = Path("/v/t-0")


def pool() -> HandlePool:
    disk = MemoryDisk()
    disk.make_directory(FOLDER)
    return HandlePool(disk)


def test_offset_index_bytes_are_kafkas() -> None:
    handles = pool()
    index = OffsetIndex(FOLDER / "00000000000000001000.index", handles, 1000, 0)
    index.append(1009, 0)
    index.append(1021, 5000)
    index.entries.spill()
    expected = bytes.fromhex("00000009 00000000 00000015 00001388")
    assert handles.disk.read_file(index.entries.path) == expected


def test_time_index_bytes_are_kafkas_and_rise() -> None:
    handles = pool()
    index = TimeIndex(FOLDER / "00000000000000001000.timeindex", handles, 1000, 0)
    index.append(1_000_000, 1009)
    index.append(1_000_000, 1015)
    index.append(999_999, 1018)
    index.append(1_000_001, 1021)
    index.entries.spill()
    expected = bytes.fromhex("00000000000f4240 00000009 00000000000f4241 00000015")
    assert handles.disk.read_file(index.entries.path) == expected
    assert index.last() == (1_000_001, 1021)


@given(
    steps=st.lists(st.tuples(st.integers(1, 9), st.integers(1, 900)), max_size=50),
    repeated=st.integers(1, 30),
    probe=st.integers(0, 2**31 - 1),
    reopened=st.booleans(),
)
def test_searching_finds_what_a_list_would(
    steps: list[tuple[int, int]], repeated: int, probe: int, reopened: bool
) -> None:
    """Over the border between file and memory, and with more entries than one block."""
    handles = pool()
    path = FOLDER / "00000000000000000500.index"
    index = OffsetIndex(path, handles, 500, 0)
    entries, offset, position = [], 500, 0
    for by_offset, by_position in steps * repeated:
        offset, position = offset + by_offset, position + by_position
        index.append(offset, position)
        entries.append((offset, position))
    if reopened and entries:
        index.entries.spill()
        index = OffsetIndex(path, handles, 500, handles.disk.size(handles.get(path)))
    assert len(index.entries) == len(entries)
    wanted = 500 + probe % (offset - 490)
    below = [entry for entry in entries if entry[0] <= wanted]
    assert index.floor(wanted) == (below[-1] if below else None)
    wanted = probe % (position + 10)
    below = [entry for entry in entries if entry[1] <= wanted]
    assert index.floor_position(wanted) == (below[-1] if below else None)


def test_memory_is_bounded_and_the_search_reads_little() -> None:
    handles = pool()
    index = OffsetIndex(FOLDER / "00000000000000000000.index", handles, 0, 0)
    for n in range(20_000):
        index.append(n, n * 10)
        assert len(index.entries._pending) < SPILL_BYTES
    lengths: list[int] = []
    pread = handles.disk.pread

    def counted(handle: int, length: int, position: int) -> bytes:
        lengths.append(length)
        return pread(handle, length, position)

    handles.disk.pread = counted  # type: ignore[method-assign]
    assert index.floor(7777) == (7777, 77770)
    assert len(lengths) < 10
    assert max(lengths) <= BLOCK_ENTRIES * 8


def test_entries_wait_in_memory_while_the_disk_is_full() -> None:
    handles = pool()
    disk = handles.disk
    assert isinstance(disk, MemoryDisk)
    index = OffsetIndex(FOLDER / "00000000000000000000.index", handles, 0, 0)
    disk.free_bytes = 100
    for n in range(1000):
        index.append(n, n * 10)
    assert index.floor(600) == (600, 6000)
    disk.free_bytes = None
    index.append(1000, 10_000)
    assert len(index.entries._pending) == 0
    assert index.floor(600) == (600, 6000)


def test_a_detached_index_answers_from_memory() -> None:
    handles = pool()
    path = FOLDER / "00000000000000000000.index"
    index = OffsetIndex(path, handles, 0, 0)
    for n in range(600):
        index.append(n, n * 10)
    index.entries.detach()
    with pytest.raises(FileNotFoundError):
        handles.disk.read_file(path)
    assert index.floor(3) == (3, 30)
    assert index.floor(599) == (599, 5990)
