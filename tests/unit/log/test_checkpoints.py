"""Offsets per partition in a volume's checkpoints."""

import uuid
from pathlib import Path

import pytest

from brokers.kernel.errors import StorageError
from brokers.log.checkpoints import (
    OffsetCheckpoint,
    PartitionKey,
    decode_offsets,
    encode_offsets,
    replace_file,
)
from tests.model.memory_disk import Crash, MemoryDisk

TOPIC = uuid.UUID("0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9")
KEY = PartitionKey(TOPIC.bytes, 3)
PATH = Path("/volume/recovery-point-offset-checkpoint")


def test_text_is_kafkas_with_the_topics_id_for_its_name() -> None:
    text = f"0\n1\n{TOPIC} 3 42\n".encode()
    assert encode_offsets({KEY: 42}) == text
    assert decode_offsets(text, "x") == {KEY: 42}


@pytest.mark.parametrize(
    "line", ["flights 0 1", f"{TOPIC} 0", f"{TOPIC} a 1", f"{TOPIC} 0 1 2", f"{TOPIC} 0 x"]
)
def test_other_lines_are_refused_by_name(line: str) -> None:
    with pytest.raises(StorageError, match="recovery-point"):
        decode_offsets(f"0\n1\n{line}\n".encode(), "recovery-point-offset-checkpoint")


def test_folder_names_are_read_back() -> None:
    assert KEY.directory_name == f"{TOPIC}-3"
    assert PartitionKey.parse(f"{TOPIC}-3") == KEY


@pytest.mark.parametrize(
    "name",
    [
        "flights-0", f"{TOPIC}", f"{TOPIC}-", f"{TOPIC}-x", f"{TOPIC}-03", f"{TOPIC}-3.1-delete",
        str(TOPIC).upper() + "-3", f"{TOPIC.hex}-3", "..", f"{TOPIC}-٣",
    ],
)  # fmt: skip
def test_other_names_are_no_partitions(name: str) -> None:
    assert PartitionKey.parse(name) is None


def test_offsets_are_kept_over_a_restart(disk: MemoryDisk) -> None:
    disk.make_directory(PATH.parent)
    OffsetCheckpoint(disk, PATH).update({KEY: 42})
    disk.kill()
    again = OffsetCheckpoint(disk, PATH)
    assert (again.get(KEY), again.absent) == (42, False)
    again.drop(KEY)
    assert OffsetCheckpoint(disk, PATH).get(KEY) == 0


def test_a_file_is_replaced_whole_or_not_at_all(disk: MemoryDisk) -> None:
    from random import Random

    seen = set()
    for crash_after in range(6):
        for seed in range(20):
            disk = MemoryDisk()
            disk.make_directory(PATH.parent)
            replace_file(disk, PATH, b"old" * 10)
            disk.crash_after = crash_after
            try:
                replace_file(disk, PATH, b"new" * 10)
                done = True
            except Crash:
                done = False
            disk.lose_power(Random(seed))
            found = disk.read_file(PATH)
            assert found == b"new" * 10 if done else found in (b"old" * 10, b"new" * 10)
            seen.add((done, found))
    assert len(seen) == 3  # done; not done and old; not done and yet new


def test_a_leftover_of_an_earlier_attempt_is_no_obstacle(disk: MemoryDisk) -> None:
    disk.make_directory(PATH.parent)
    disk.close(disk.create(PATH.with_name(PATH.name + ".tmp")))
    replace_file(disk, PATH, b"whole")
    assert disk.read_file(PATH) == b"whole"
