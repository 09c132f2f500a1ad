"""kafkajs 2.2: the oldest client still in wide use; sends Produce v7, Metadata v6 at most."""

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import pytest

from tests.compat.clients import Login

SOURCE = Path(__file__).parent / "kafkajs"


@pytest.fixture(scope="session")
def kafkajs() -> Path:
    """A folder with kafkajs installed, kept in the user's cache."""
    if shutil.which("npm") is None:
        pytest.skip("needs: npm")
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))
    folder = cache / "headwater" / "kafkajs-2.2.4"
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "node_modules" / "kafkajs").exists():
        shutil.copy(SOURCE / "package.json", folder)
        done = subprocess.run(
            ["npm", "install", "--no-audit", "--no-fund", "--no-package-lock"],
            cwd=folder, capture_output=True, text=True, timeout=300, check=False,
        )  # fmt: skip
        if done.returncode != 0:
            pytest.skip("needs: the npm registry")
    for script in SOURCE.glob("*.js"):
        shutil.copy(script, folder)
    return folder


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
