"""What other people's scanners say of this code: bandit, detect-secrets, pip-audit.

What is accepted stands here with its reason, and nowhere else: comments that silence a scanner are
not looked at. Something accepted that is no longer found fails as well.
"""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from detect_secrets.core.plugins.util import get_mapping_from_secret_type_to_class
from detect_secrets.core.scan import scan_file
from detect_secrets.filters.heuristic import is_indirect_reference
from detect_secrets.plugins.base import RegexBasedDetector
from detect_secrets.settings import transient_settings

from streaming.cell.program import CHECKOUT

CODE = ["brokers", "clients", "connect", "frontend", "streaming", "tenants", "manage.py"]
GENERATED = "./brokers/wire/messages,./brokers/wire/coordinator,./frontend/console"

ACCEPTED_EVERYWHERE = {
    "B101": "asserts say what holds; what a caller can cause is raised",
    "B404": "a supervisor starts programs",
    "B603": "a list of arguments and no shell; a shell is B602 and B605, which are not accepted",
    "B606": "the same for os.exec",
}
CONSTANTS = "the text is put together from constants of the module; values are parameters"
OWN_PIPE = "the other end of the pipe is this program's own process, see ADR 15"
NO_SECRET = "no secret depends on this chance"
QUOTED = "names are quoted by the dialect; values are parameters"
ACCEPTED = {
    ("brokers/management/commands/acls.py", "B105"): "the name of a type",
    ("brokers/node/scrubbing.py", "B311"): NO_SECRET,
    ("brokers/selectors/tenant_health.py", "B608"): CONSTANTS,
    ("brokers/services/broker_rows.py", "B608"): CONSTANTS,
    ("brokers/services/control_state.py", "B608"): CONSTANTS,
    ("brokers/services/partition_rows.py", "B608"): CONSTANTS,
    ("brokers/services/publish_figures.py", "B608"): CONSTANTS,
    ("brokers/services/roll_up_figures.py", "B608"): CONSTANTS,
    ("clients/python/headwater_live/client.py", "B311"): NO_SECRET,
    ("connect/connectors/database_tls.py", "B106"): "keys have none, and none is asked for",
    ("connect/connectors/elasticsearch/writer.py", "B311"): NO_SECRET,
    ("connect/connectors/generator/template.py", "B311"): NO_SECRET,
    ("connect/connectors/http/authentication.py", "B105"): "no password is compared with none",
    ("connect/connectors/http/sink.py", "B311"): NO_SECRET,
    ("connect/connectors/http/source.py", "B311"): NO_SECRET,
    ("connect/connectors/objects/s3_creation.py", "B311"): NO_SECRET,
    ("connect/connectors/jdbc/postgresql_writer.py", "B608"): QUOTED,
    ("connect/connectors/jdbc/tables.py", "B608"): "a query that the tenant asks of its own target",
    ("connect/spi/config.py", "B105"): "the name of a type",
    ("connect/task/sink_loop.py", "B311"): NO_SECRET,
    ("connect/task/source_polling.py", "B311"): NO_SECRET,
    ("connect/task/stage_runner.py", "B311"): NO_SECRET,
    ("streaming/cell/account.py", "B108"): "a folder in it is made with mkdtemp or checked",
    ("streaming/cell/doctor.py", "B310"): "the URL is the deployment's own, http or https",
    ("streaming/cell/free_ports.py", "B311"): NO_SECRET,
    ("streaming/cell/ports.py", "B311"): NO_SECRET,
    ("streaming/cell/postgres.py", "B105"): "the name of a way to keep passwords",
    ("streaming/cell/supervision.py", "B411"): "XML of our own supervisor, over its own socket",
    ("streaming/cell/up.py", "B104"): "compares with it; what is bound is the operator's word",
    ("streaming/cli/perf.py", "B311"): NO_SECRET,
    ("streaming/filters/evaluator.py", "B302"): OWN_PIPE,
    ("streaming/filters/worker.py", "B302"): OWN_PIPE,
    ("streaming/management/commands/openapi.py", "B506"): "the loader is one of the safe ones",
    ("streaming/records/partitioner.py", "B311"): NO_SECRET,
    ("streaming/services/claim_request.py", "B311"): NO_SECRET,
}

MADE_UP = "made up for a test or an example; opens nothing"
NO_KEY = "an alphabet or a number, and no key"
ACCEPTED_SECRETS = {
    "connect/spi/config.py": "the name of a type",
    "frontend/console/src/components/snippets.ts": "a placeholder in what people copy",
    "frontend/console/src/records/json.test.ts": NO_KEY,
    "streaming/cell/database_url.py": "the form of a URL",
    "streaming/cell/postgres.py": "the name of a way to keep passwords",
    "tenants/migrations/0002_walls.py": "a column's name",
    "tenants/services/create_tenant.py": NO_KEY,
    "tenants/verifiers.py": NO_KEY,
    "tests/connect/objects/test_s3_signing.py": "the example in Amazon's manual",
}
MADE_UP_IN = ("tests/", "bench/")
"""Words, keys and hashes of these are made up: there only what has the form of a real provider's
key, or of a private key, is a finding."""
FORMS = [
    "AWSKeyDetector", "GitHubTokenDetector", "GitLabTokenDetector", "JwtTokenDetector",
    "NpmDetector", "OpenAIDetector", "PrivateKeyDetector", "PypiTokenDetector", "SlackDetector",
    "StripeDetector",
]  # fmt: skip
GUESSES = [
    "BasicAuthDetector", "KeywordDetector", "Base64HighEntropyString", "HexHighEntropyString",
]  # fmt: skip
"""By a name, or by how random something looks."""
FILTERS = [
    f"detect_secrets.filters.heuristic.is_{kind}"
    for kind in ("likely_id_string", "potential_uuid", "sequential_string", "templated_secret")
] + [f"{__name__}.refers_to_a_secret"]
NOT_READ = {".png", ".svg", ".jsonl", ".bin"}
MADE_BY_PROGRAMS = (
    "requirements", "frontend/console/package-lock.json", "frontend/console/src/api/schema.d.ts",
    "clients/typescript/package-lock.json", "brokers/wire/messages/", "bench/results/",
)  # fmt: skip


def test_bandit_finds_what_is_accepted_and_no_more() -> None:
    asked = subprocess.run(
        [sys.executable, "-m", "bandit", "--quiet", "--recursive", "--format", "json",
         "--ignore-nosec", "--exclude", GENERATED, *CODE],
        cwd=CHECKOUT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    said = json.loads(asked.stdout)
    assert said["errors"] == []
    assert said["metrics"]["_totals"]["loc"] > 10_000, "bandit has not read the code"
    found: dict[tuple[str, str], list[str]] = {}
    for each in said["results"]:
        if each["test_id"] not in ACCEPTED_EVERYWHERE:
            key = (each["filename"].removeprefix("./"), each["test_id"])
            found.setdefault(key, []).append(f"line {each['line_number']}: {each['issue_text']}")
    assert {key: what for key, what in found.items() if key not in ACCEPTED} == {}
    assert ACCEPTED.keys() - found.keys() == set(), "accepted, and not there any more"
    assert ACCEPTED_EVERYWHERE.keys() <= {each["test_id"] for each in said["results"]}


def test_no_secret_is_in_the_files() -> None:
    paths = tracked_files()
    others = [path for path in paths if not path.startswith(MADE_UP_IN)]
    found = secrets_in(with_a_form(paths), FORMS) | secrets_in(others, GUESSES)
    assert {path: what for path, what in found.items() if path not in ACCEPTED_SECRETS} == {}
    assert ACCEPTED_SECRETS.keys() - found.keys() == set(), "accepted, and not there any more"


def test_the_scan_would_see_a_secret(tmp_path: Path) -> None:
    planted = tmp_path / "settings.py"
    # Put together here, or the scan would find it in this file.
    lines = [f'A = "AKIA{"Z7QX" * 4}"', f'B = "-----BEGIN {"PRIVATE"} KEY-----"']
    planted.write_text("\n".join([*lines, f'password = "{"k9Zq" * 5}"']))
    paths = [str(planted)]
    (formed,) = secrets_in(with_a_form(paths), FORMS).values()
    assert {each.partition(": ")[2] for each in formed} == {"AWS Access Key", "Private Key"}
    (guessed,) = secrets_in(paths, GUESSES).values()
    assert "Secret Keyword" in {each.partition(": ")[2] for each in guessed}


def with_a_form(paths: list[str]) -> list[str]:
    """Those in whose text something has a form: the others' lines need no look, one by one."""
    kinds = get_mapping_from_secret_type_to_class().values()
    detectors = [kind() for kind in kinds if kind.__name__ in FORMS]
    assert len(detectors) == len(FORMS)
    assert all(isinstance(each, RegexBasedDetector) for each in detectors)
    texts = {path: (CHECKOUT / path).read_text(errors="replace") for path in paths}
    return [
        path
        for path, text in texts.items()
        if any(True for detector in detectors for _ in detector.analyze_string(text))
    ]


def refers_to_a_secret(secret: str, line: str) -> bool:
    """Their filter of lines, which is slow: here it is asked only where a secret was found."""
    return is_indirect_reference(line)


def secrets_in(paths: list[str], plugins: list[str]) -> dict[str, list[str]]:
    """What is found in each of the files in which something is."""
    found: dict[str, list[str]] = {}
    used = {
        "plugins_used": [{"name": name} for name in plugins],
        "filters_used": [{"path": path} for path in FILTERS],
    }
    with transient_settings(used):
        for path in paths:
            for each in scan_file(str(CHECKOUT / path)):
                found.setdefault(path, []).append(f"line {each.line_number}: {each.type}")
    return found


def tracked_files() -> list[str]:
    asked = subprocess.run(
        ["git", "ls-files"], cwd=CHECKOUT, capture_output=True, text=True, check=True
    )
    paths = [path for path in asked.stdout.splitlines() if Path(path).suffix not in NOT_READ]
    assert len(paths) > 500, "git knows no files here"
    return [path for path in paths if not path.startswith(MADE_BY_PROGRAMS)]


def test_no_dependency_has_a_known_hole(tmp_path: Path) -> None:
    """By the advisories of the package index. Some indexes have none: then it is skipped."""
    requirements = (CHECKOUT / "requirements.txt").read_text()
    one = tmp_path / "one.txt"
    one.write_text(requirements[requirements.index("\ndjango==") :].split("\n\n")[0])
    first = one.read_text().strip().splitlines()[0].split()[0]
    one.write_text(f"{first}\n")
    if not audited(one):
        pytest.skip("needs: a package index with advisories")
    found = audited(CHECKOUT / "requirements.txt")
    assert [each["name"] for each in found if "skip_reason" in each] == []
    assert {each["name"]: each["vulns"] for each in found if each.get("vulns")} == {}


def audited(requirements: Path) -> list[dict]:
    """pip-audit's word on each pinned requirement; empty when the index says nothing of them."""
    asked = subprocess.run(
        [sys.executable, "-m", "pip_audit", "--format", "json", "--progress-spinner", "off",
         "--disable-pip", "--no-deps", "--requirement", str(requirements)],
        capture_output=True, text=True, check=False, timeout=240,
    )  # fmt: skip
    if not asked.stdout:
        # Nobody there, or nobody whom this machine trusts.
        assert "ConnectionError" in asked.stderr or "SSLError" in asked.stderr, asked.stderr
        return []
    found = json.loads(asked.stdout)["dependencies"]
    return [] if all("skip_reason" in each for each in found) else found
