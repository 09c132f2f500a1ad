"""kafkajs 2.2: the oldest client still in wide use; sends Produce v7, Metadata v6 at most."""

import json
import os
import shutil
import subprocess
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
    shutil.copy(SOURCE / "journey.js", folder)
    return folder


def test_produce_and_administer(login: Login, kafkajs: Path) -> None:
    if login.security_protocol != "SASL_PLAINTEXT":
        pytest.fail("this script speaks SASL_PLAINTEXT; start the service without TLS")
    told = {"LOGIN": json.dumps(asdict(login)), "KAFKAJS_NO_PARTITIONER_WARNING": "1"}
    done = subprocess.run(
        ["node", "journey.js"],
        cwd=kafkajs, capture_output=True, text=True, timeout=120, check=False,
        env={**os.environ, **told},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert set(told.pop("errors")) == {0}
    assert told == {
        "created": True,
        "records": 51,
        "partitions": 3,
        "clusterId": login.cluster_id,
        "listed": True,
        "deleted": True,
    }
