"""kafkajs 2.2: the oldest client still in wide use; sends Produce v7, Metadata v6 at most."""

import json
import os
import subprocess
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import pytest

from tests.compat.clients import Login
from tests.compat.kafkajs_package import kafkajs_folder


@pytest.fixture(scope="session")
def kafkajs() -> Path:
    return kafkajs_folder()


def run(folder: Path, script: str, login: Login, **told: str) -> dict:
    """What the script prints."""
    if login.security_protocol != "SASL_PLAINTEXT":
        pytest.fail("these scripts speak SASL_PLAINTEXT; start the service without TLS")
    told |= {"LOGIN": json.dumps(asdict(login)), "KAFKAJS_NO_PARTITIONER_WARNING": "1"}
    done = subprocess.run(
        ["node", script],
        cwd=folder, capture_output=True, text=True, timeout=120, check=False,
        env={**os.environ, **told},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_produce_and_administer(login: Login, kafkajs: Path) -> None:
    found = run(kafkajs, "journey.js", login)
    assert set(found.pop("errors")) == {0}
    assert found == {
        "created": True,
        "records": 51,
        "partitions": 3,
        "clusterId": login.cluster_id,
        "listed": True,
        "deleted": True,
    }


def test_members_share_and_commit(
    login: Login, make_topic: Callable[..., str], kafkajs: Path
) -> None:
    topic = make_topic(partitions=4)
    found = run(kafkajs, "groups.js", login, TOPIC=topic, GROUP=f"group-{topic}")
    assert found == {
        "first": 40,
        "later": sorted(f"{n % 4}:b{n}" for n in range(40)),
        "committed": [20, 20, 20, 20],
        "state": "Empty",
        "listed": True,
        "left": False,
    }
