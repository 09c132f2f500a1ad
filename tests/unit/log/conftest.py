from pathlib import Path

import pytest

from tests.model.memory_disk import MemoryDisk


@pytest.fixture
def disk() -> MemoryDisk:
    return MemoryDisk()


@pytest.fixture
def directory() -> Path:
    return Path("/volume/topic-0")
