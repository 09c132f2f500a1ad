"""``status --json`` of a service with all that ``up`` starts, the demo too."""

import os
from pathlib import Path

from tests.service import STATUS_NAMES, ServiceUnderTest
from tests.waiting import wait_until


def test_it_says_what_runs_under_the_names_that_scripts_rely_on(cell: ServiceUnderTest) -> None:
    wait_until(
        lambda: all(each["state"] == "running" for each in cell.status["processes"]),
        "the start of every process",
    )
    status = cell.status

    assert set(status) == STATUS_NAMES
    assert {each["name"] for each in status["processes"]} == {
        *("postgres", "valkey", "broker-1", "broker-2", "broker-3"),
        *("web", "demo-feed", "storage", "connect-1", "beat"),
    }
    assert [each["id"] for each in status["brokers"]] == [1, 2, 3]
    assert status["bootstrap_servers"] == ",".join(
        f"{each['host']}:{each['port']}" for each in status["brokers"]
    )
    assert set(status["demo"]) == {
        *("tenant", "cluster_id", "topic", "api_key", "api_secret", "login", "password"),
    }
    wait_until(lambda: cell.status["connect"]["workers"] == ["connect-1"], "a worker")
    for broker in status["brokers"]:
        os.kill(broker["pid"], 0)
        assert Path(broker["volume"]).is_dir()
