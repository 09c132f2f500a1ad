"""Words and shapes that do not belong in the project, each with what to write instead."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ["brokers", "connect", "frontend", "streaming", "tenants"]
PURE = [
    "brokers/kernel", "brokers/wire", "brokers/metadata", "brokers/replication", "brokers/groups",
]  # fmt: skip

BANNED = {
    r"\b(TODO|FIXME|XXX)\b": "finish it, or write an issue",
    r"\bNotImplementedError\b": "leave out what is not there",
    r"datetime\.utcnow": "datetime.now(UTC)",
    r"\bpickle\b": "JSON: a pickle from the network is code",
    r"\bshell=True\b": "a list of arguments",
}


def tracked(*patterns: str) -> list[Path]:
    """Files that git tracks or would track; fails rather than finding nothing."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "--", *patterns],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout.splitlines()  # fmt: skip
    found = [ROOT / name for name in listed if (ROOT / name).is_file()]
    assert found, f"nothing matches {patterns}: the scan could not reach its data"
    return found


def modules(*folders: str) -> list[Path]:
    patterns = [f"{folder}/**/*.py" for folder in folders] + [f"{f}/*.py" for f in folders]
    return [
        path
        for path in tracked(*patterns)
        if "migrations" not in path.parts and "messages" not in path.parts
    ]


@pytest.mark.parametrize("word", BANNED)
def test_banned_words(word: str) -> None:
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in modules(*PACKAGES)
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if re.search(word, line)
    ]
    assert not found, f"{word}: {BANNED[word]}"


def test_no_drawer_for_leftovers() -> None:
    drawers = {"utils.py", "helpers.py", "common.py", "misc.py"}
    assert [p for p in modules(*PACKAGES) if p.name in drawers] == []


def test_every_package_says_what_it_is() -> None:
    silent = [
        path.relative_to(ROOT)
        for path in modules(*PACKAGES)
        if path.name == "__init__.py"
        and path.relative_to(ROOT).as_posix() != "streaming/__init__.py"
        and not {"management", "commands", "templatetags"} & set(path.parts)
        and not ast.get_docstring(ast.parse(path.read_text()))
    ]
    assert silent == []


def test_the_composition_root_s_package_stays_empty() -> None:
    assert (ROOT / "streaming" / "__init__.py").read_text().strip() == ""


def test_pure_packages_are_asked_the_time_never_ask_it() -> None:
    """``import-linter`` forbids the modules; this forbids an await slipping in."""
    awaiting = [
        path.relative_to(ROOT)
        for path in modules(*PURE)
        if "generator" not in path.parts
        and any(
            isinstance(node, ast.AsyncFunctionDef | ast.Await)
            for node in ast.walk(ast.parse(path.read_text()))
        )
    ]
    assert awaiting == []


def test_no_machine_s_path_and_no_registry_s_host() -> None:
    """The project speaks of itself alone."""
    forbidden = re.compile(
        r"/work/|/root/|/farm/|files\.pythonhosted\.org|registry\.npmjs\.org|repo1?\.maven"
    )
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in tracked()
        if path.suffix not in {".gz", ".png", ".ico", ".woff2", ".svg"} and path != Path(__file__)
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1)
        if forbidden.search(line)
    ]
    assert found == []


def test_tests_outside_of_packages_have_names_of_their_own() -> None:
    """pytest imports them by their file's name alone, and leaves out the second of one name."""
    seen: dict[str, Path] = {}
    for path in tracked("tests/**/test_*.py"):
        if not (path.parent / "__init__.py").exists():
            other = seen.setdefault(path.name, path)
            assert other is path, f"{path} and {other} have one name"


def test_documents_link_to_files_that_exist() -> None:
    broken = []
    for path in tracked("*.md", "**/*.md"):
        for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", path.read_text()):
            if "://" not in target and not (path.parent / target).exists():
                broken.append(f"{path.relative_to(ROOT)} -> {target}")
    assert broken == []


def test_files_named_in_the_documents_exist() -> None:
    """A path in backquotes that starts at one of our folders is a promise."""
    named = re.compile(
        r"`((?:brokers|tenants|streaming|connect|frontend|tests|bench|docs)/[\w./-]+)`"
    )
    missing = []
    for path in tracked("*.md", "docs/*.md", "brokers/*.md"):
        for target in named.findall(path.read_text()):
            if not (ROOT / target.rstrip("/")).exists() and "frontend/dist" not in target:
                missing.append(f"{path.relative_to(ROOT)}: {target}")
    assert missing == []
