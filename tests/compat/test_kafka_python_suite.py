"""kafka-python's own integration tests: those in ``kafka_python_suite/allow.txt`` must pass."""

import os
import subprocess
import sys
import tarfile
from dataclasses import replace
from pathlib import Path

import pytest

from tests.compat.clients import Login
from tests.service import ServiceUnderTest

VERSION = "3.0.12"
HERE = Path(__file__).parent / "kafka_python_suite"
TEST_TIMEOUT_S = 60
"""For one of its tests: twice the longest wait that any of them sets itself."""
SUITE_TIMEOUT_S = 400
"""After it no further test is begun, so that the report is out before our own timeout."""


@pytest.fixture(scope="session")
def suite() -> Path:
    """The unpacked source distribution, kept in the user's cache."""
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "headwater"
    folder = cache / f"kafka_python-{VERSION}"
    if not (folder / "test" / "__init__.py").exists():
        cache.mkdir(parents=True, exist_ok=True)
        fetch = [
            sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--no-binary", ":all:",
            "-d", str(cache), f"kafka-python=={VERSION}",
        ]  # fmt: skip
        done = subprocess.run(fetch, capture_output=True, text=True, timeout=300, check=False)
        archive = cache / f"kafka_python-{VERSION}.tar.gz"
        if not archive.exists():
            pytest.skip(f"needs: kafka-python's source distribution ({done.stderr[-200:]})")
        with tarfile.open(archive) as unpacked:
            unpacked.extractall(cache, filter="data")
        (folder / "test" / "__init__.py").touch()
    return folder


@pytest.fixture
def willing(login: Login, cell: ServiceUnderTest) -> Login:
    """A tenant whose topics are created on demand, as the suite's own brokers do it."""
    tenant = "kafka-python-suite"
    made = cell.asked("tenants", "--create", "--tenant", tenant)
    cell.asked("tenants", "--alter", "--tenant", tenant, "--auto-create-topics")
    key = cell.asked("keys", "--create", "--tenant", tenant)
    return replace(
        login,
        cluster_id=made["cluster_id"],
        api_key=key["api_key"],
        api_secret=key["api_secret"],
    )


def allowed() -> list[str]:
    lines = (HERE / "allow.txt").read_text().splitlines()
    return [line for line in lines if line and not line.startswith("#")]


@pytest.mark.timeout(SUITE_TIMEOUT_S + TEST_TIMEOUT_S + 60)
def test_the_allowed_tests_pass(willing: Login, suite: Path) -> None:
    broker = willing.bootstrap_servers.split(",")[0]
    environment = {
        **os.environ,
        "KAFKA_URI": f"kafka://{broker}",
        "KAFKA_VERSION": "4.1",
        "KAFKA_ROOT": str(suite),  # Must be a folder, though nothing is started from it.
        "HEADWATER_SECURITY_PROTOCOL": willing.security_protocol,
        "HEADWATER_API_KEY": willing.api_key,
        "HEADWATER_API_SECRET": willing.api_secret,
        "PYTHONPATH": f"{suite}:{HERE}",
    }
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    command = [
        sys.executable, "-m", "pytest", "-q", "--no-header", "-p", "external_broker",
        "-p", "no:django", "-p", "no:asyncio", "-p", "no:cacheprovider",
        "-W", "ignore", "-o", "addopts=", "--rootdir", str(suite),
        "-c", os.devnull, "--timeout", str(TEST_TIMEOUT_S),
        "--session-timeout", str(SUITE_TIMEOUT_S), *allowed(),
    ]  # fmt: skip
    done = subprocess.run(
        command,
        cwd=suite,
        env=environment,
        capture_output=True,
        text=True,
        timeout=SUITE_TIMEOUT_S + TEST_TIMEOUT_S + 30,
        check=False,
    )
    report = done.stdout[-6000:] + done.stderr[-2000:]
    assert done.returncode == 0, report
    assert "passed" in done.stdout, report
    assert "skipped" not in done.stdout.splitlines()[-1], report
