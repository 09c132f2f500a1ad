"""What our own rules say (``tests/architecture/semgrep``), held by semgrep.

Each rule stands beside examples of what it finds and what it leaves alone. Of the code nothing may
be found but what stands here with its reason. semgrep is installed beside the environment when it
is not there yet: it pins packages that the service has in other versions.
"""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from streaming.cell.program import CHECKOUT
from streaming.cell.setup.environment import Environment
from streaming.cell.setup.steps import SetupError

REQUIREMENTS = "requirements-semgrep.txt"
RULES = Path(__file__).parent / "semgrep"
CODE = ["brokers", "clients", "connect", "frontend", "streaming", "tenants", "manage.py"]
NOT_OURS = ["brokers/wire/messages", "frontend/dist", "node_modules", "streaming/static"]

CONSTANTS = "the text is put together from constants of the module; values are parameters"
QUOTED = "names are quoted by the dialect; values are parameters"
OWN_PIPE = "the other end of the pipe is this program's own process, see ADR 15"
NOTHING_THERE = "says that there is nothing there, whoever asks"
ACCEPTED = {
    ("brokers/adapters/postgres_metadata.py", "statement-put-together"): CONSTANTS,
    ("brokers/node/authentication/edge_token.py", "token-read-without-its-signature"): "says which "
    "key has to verify it, which is done then; nothing else of it is believed",
    ("brokers/services/broker_rows.py", "statement-put-together"): CONSTANTS,
    ("brokers/services/control_state.py", "statement-put-together"): CONSTANTS,
    ("connect/connectors/jdbc/postgresql_writer.py", "statement-put-together"): QUOTED,
    ("connect/rest/urls.py", "without-csrf"): NOTHING_THERE,
    ("connect/worker/announcements.py", "statement-put-together"): CONSTANTS,
    ("streaming/api/urls.py", "without-csrf"): NOTHING_THERE,
    ("streaming/filters/evaluator.py", "bytes-become-code"): OWN_PIPE,
    ("streaming/filters/worker.py", "bytes-become-code"): OWN_PIPE,
    ("streaming/management/commands/openapi.py", "bytes-become-code"): "the loader is a safe one",
    ("streaming/rest/operations.py", "without-csrf"): "streaming/access/request_caller.py asks for "
    "it, exactly when the session authenticates",
    ("streaming/rest/urls.py", "without-csrf"): NOTHING_THERE,
    ("streaming/rest/v2/urls.py", "without-csrf"): NOTHING_THERE,
    ("tenants/services/sealing_ring.py", "statement-put-together"): CONSTANTS,
}
"""By file and rule, the reason."""

NOT_PARSED = {
    "connect/worker/processes.py",
    "streaming/live/produce_message.py",
    "tenants/restrictions.py",
}
"""Valid Python that this release of semgrep gives up on; bandit reads it."""


@pytest.fixture(scope="module")
def packages() -> Path:
    """The folder of semgrep's packages; one for each release of them."""
    environment = Environment.of(CHECKOUT)
    digest = hashlib.sha256((CHECKOUT / REQUIREMENTS).read_bytes()).hexdigest()[:12]
    folder = environment.folder / f"semgrep-{digest}"
    if not folder.exists():
        partial = folder.with_suffix(".partial")
        try:
            environment.install_apart(REQUIREMENTS, partial)
        except SetupError:
            if has_semgrep():
                raise
            pytest.skip("needs: a package index with semgrep")
        partial.rename(folder)
    return folder


def has_semgrep() -> bool:
    """Whether there is an index that knows it, so that not to get it is a fault of ours."""
    asked = [sys.executable, "-m", "pip", "--quiet", "index", "versions", "semgrep"]
    return subprocess.run(asked, capture_output=True, check=False).returncode == 0


def semgrep(packages: Path, *arguments: str | Path) -> dict:
    """What semgrep says, as JSON; it asks nobody else and tells nobody."""
    environment = os.environ | {
        "PYTHONPATH": str(packages),
        "PATH": f"{packages / 'bin'}:{os.environ['PATH']}",
        "SEMGREP_SEND_METRICS": "off",
        "SEMGREP_ENABLE_VERSION_CHECK": "0",
    }
    asked = subprocess.run(
        [packages / "bin" / "semgrep", *arguments],
        cwd=CHECKOUT, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert asked.stdout, asked.stderr
    return json.loads(asked.stdout)


def test_each_rule_finds_its_examples_and_leaves_the_others(packages: Path) -> None:
    said = semgrep(packages, "scan", "--test", "--json", "--config", RULES, RULES)
    passed = {
        rule: check["passed"]
        for file in said["results"].values()
        for rule, check in file["checks"].items()
    }
    assert len(passed) > 10
    assert [rule for rule, well in passed.items() if not well] == []
    assert said["config_missing_tests"] == []


def test_nothing_is_found_in_the_code_but_what_is_accepted(packages: Path) -> None:
    excluded = [part for path in NOT_OURS for part in ("--exclude", path)]
    # Two jobs hold each other up: a third more work, and beside other tests no sooner done.
    said = semgrep(
        packages, "scan", "--json", "--quiet", "--config", RULES, "--disable-nosem", *excluded,
        "--jobs", "1", "--exclude", "*.test.ts", "--exclude", "*.test.tsx", *CODE,
    )  # fmt: skip
    assert {each["path"] for each in said["errors"]} == NOT_PARSED
    assert len(said["paths"]["scanned"]) > 1_000, "semgrep has not read the code"
    found: dict[tuple[str, str], list[str]] = {}
    for each in said["results"]:
        key = (each["path"], each["check_id"].rpartition(".")[2])
        said_of_it = f"line {each['start']['line']}: {each['extra']['message']}"
        found.setdefault(key, []).append(said_of_it)
    assert {key: what for key, what in found.items() if key not in ACCEPTED} == {}
    assert ACCEPTED.keys() - found.keys() == set(), "accepted, and not there any more"
