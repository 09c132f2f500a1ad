"""``docs/connectors.md`` as somebody follows it: its code, installed as a package of its own."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from connect.spi.records import TopicPartition
from streaming.cell.program import CHECKOUT
from tests.connect.harness import FakeSinkContext, FakeSourceContext, sink_record

TUTORIAL = (CHECKOUT / "docs" / "connectors.md").read_text()


def block(language, number=0):
    return re.findall(rf"```{language}\n(.*?)```", TUTORIAL, re.DOTALL)[number]


@pytest.fixture
def installed(tmp_path):
    """What ``pip install ./ticker`` leaves: the module, and its entry points."""
    (tmp_path / "ticker.py").write_text(block("python"))
    entry = re.search(r'entry-points\."(.+)"\]\n(.+)\n', block("toml"))
    info = tmp_path / "headwater_ticker-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: headwater-ticker\nVersion: 1.0\n")
    named = entry[2].replace('"', "")
    (info / "entry_points.txt").write_text(f"[{entry[1]}]\n{named}\n")
    return tmp_path


def configured(folder: Path, config):
    """What the service's own process for it says."""
    told = {"connector": "ticks", "kind": "source", "plugin": "ticker", "tasks_max": 2,
            "config": {"name": "ticks", "connector.class": "ticker", **config},
            "egress": {"allow": []}}  # fmt: skip
    finished = subprocess.run(
        [sys.executable, "-m", "connect.task", "--configure"],
        input=json.dumps(told) + "\n", capture_output=True, text=True, timeout=60, check=False,
        cwd=CHECKOUT, env={"PYTHONPATH": f"{folder}:{CHECKOUT}"},
    )  # fmt: skip
    return json.loads(finished.stdout.splitlines()[-1])


def test_the_service_finds_it_and_knows_its_configuration(installed):
    answer = configured(installed, {"topic": "ticks"})
    assert answer["event"] == "configured", answer
    assert answer["task_configs"] == [{}]
    assert answer["writes"] == ["ticks"]
    refused = configured(installed, {"topic": "ticks", "interval.ms": "0"})
    assert refused["event"] == "failed"
    assert "Value must be at least 1" in refused["message"]


def test_it_counts_and_goes_on_where_it_was(installed, monkeypatch):
    monkeypatch.syspath_prepend(str(installed))
    from ticker import TickerConnector

    config = TickerConnector.config.parse({"topic": "ticks", "interval.ms": "1"})
    context = FakeSourceContext()

    def ticks(count):
        task = TickerConnector(config).task()
        task.start(config, context)
        records = [record for _ in range(count) for record in task.poll()]
        context.offsets.store(records[-1].source_partition, records[-1].source_offset)
        task.stop()
        return [record.value["tick"] for record in records]

    assert ticks(3) == [0, 1, 2]
    assert ticks(2) == [3, 4]


def test_the_sink_logs_what_it_is_given(caplog):
    code = {}
    exec(compile(block("python", 1), "docs/connectors.md", "exec"), code)
    task, context = code["PrintingTask"](), FakeSinkContext()
    task.start({}, context)
    with caplog.at_level("INFO", logger=context.log.name):
        task.put([sink_record({"tick": n}, topic="ticks", offset=n) for n in range(2)])
    assert [each.message for each in caplog.records] == [
        "TopicPartition(topic='ticks', partition=0): {'tick': 0}",
        "TopicPartition(topic='ticks', partition=0): {'tick': 1}",
    ]
    at = {TopicPartition("ticks", 0): 2}
    assert task.flush(at) == at
