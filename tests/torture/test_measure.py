"""Figures of measurements, and which attempts count."""

import asyncio
import time
from pathlib import Path

import pytest

from brokers.wire.messages.produce_response import (
    PartitionProduceResponse,
    ProduceResponse,
    TopicProduceResponse,
)
from tests.torture.measure import moved_tasks
from tests.torture.measure.device import read_cold
from tests.torture.measure.probe import Led, acknowledged, by_leader
from tests.torture.measure.results import document
from tests.torture.measure.spread import spread


def test_percentiles_are_samples() -> None:
    assert spread([float(number) for number in range(200, 0, -1)]) == {
        "samples": 200, "p50": 100.0, "p90": 180.0, "p99": 198.0, "longest": 200.0,
    }  # fmt: skip
    assert spread([3.0])["p50"] == spread([3.0])["p99"] == 3.0


def test_trials_become_figures() -> None:
    told = document("x", 3, {"trials": [{"written": 1.0}, {"written": 2.0}], "other": 5})
    assert told["written"]["longest"] == 2.0
    assert (told["what"], told["brokers"], told["other"]) == ("x", 3, 5)
    assert "trials" not in told


async def test_only_what_was_acknowledged_counts() -> None:
    rows = [PartitionProduceResponse(0, 0), PartitionProduceResponse(1, 6)]
    good, failed = (asyncio.get_running_loop().create_future() for _ in range(2))
    good.set_result(ProduceResponse([TopicProduceResponse("t", partition_responses=rows)]))
    failed.set_exception(ConnectionError())
    assert acknowledged(good) == [("t", 0)]
    assert acknowledged(failed) == []


def test_partitions_without_a_leader_are_nobody_s() -> None:
    def led(leader: int) -> Led:
        return Led(leader, 1, frozenset({1}), frozenset({1, 2}))

    found = by_leader({("t", 0): led(1), ("t", 1): led(-1), ("t", 2): led(1)})
    assert found == {1: [("t", 0), ("t", 2)]}
    assert not led(1).is_whole
    assert not Led(-1, 1, frozenset({1}), frozenset({1})).is_whole


def test_the_largest_logs_are_read_whole(tmp_path: Path) -> None:
    (tmp_path / "1.log").write_bytes(bytes((1 << 20) + 5))
    (tmp_path / "2.log").write_bytes(bytes(9))
    (tmp_path / "3.index").write_bytes(bytes(2 << 20))
    assert read_cold(tmp_path, 1 << 20).bytes == (1 << 20) + 5
    assert read_cold(tmp_path, (1 << 20) + 6).bytes == (1 << 20) + 14


class Told:
    """A status that is another at each look."""

    def __init__(self, *looks: dict[str, tuple[str, str]]) -> None:
        self.looks = list(looks)

    def tasks(self) -> dict[str, list[dict[str, str]]]:
        found = self.looks.pop(0)
        return {
            name: [{"worker_id": worker, "state": state}] for name, (worker, state) in found.items()
        }


def test_a_task_has_moved_when_it_runs_after_it_did_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(moved_tasks, "LOOK_S", 0.0)
    before = {"a": ("one", "RUNNING"), "b": ("one", "RUNNING"), "c": ("two", "RUNNING")}
    told = Told(
        before,
        before | {"a": ("one", "UNASSIGNED")},
        before | {"b": ("two", "UNASSIGNED")},
        before | {"b": ("two", "RUNNING")},
    )
    moved_tasks._until_moved(told, "one", {"a", "b"}, time.monotonic())
    assert told.looks == []
    monkeypatch.setattr(moved_tasks, "MOVED_S", 0.0)
    with pytest.raises(TimeoutError, match="'a'"):
        moved_tasks._until_moved(Told(before, before), "one", {"a"}, time.monotonic() - 1)
