"""The bill of materials against CycloneDX's schema, and against the files that pin things."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from tests.architecture.test_tidy import ROOT
from tests.supply_chain.bill import LOCK, PINS, written
from tests.supply_chain.console_lock import locked
from tests.supply_chain.pinned import pinned

ONE = f"one==1.0 ; sys_platform == 'linux' \\\n    --hash=sha256:{'a' * 64}\n"


@pytest.fixture(scope="module")
def text() -> str:
    return written(ROOT)


@pytest.fixture(scope="module")
def document(text: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(text)
    return found


def test_it_is_what_cyclonedx_says(text: str) -> None:
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None


def test_the_same_commit_gives_the_same_document(text: str) -> None:
    assert written(ROOT) == text


def test_every_pin_is_in_it_with_its_hashes(document: dict[str, Any]) -> None:
    pins = re.findall(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", (ROOT / PINS).read_text(), re.MULTILINE)
    hashes = set(re.findall(r"sha256:([0-9a-f]{64})", (ROOT / PINS).read_text()))
    python = [each for each in document["components"] if each["purl"].startswith("pkg:pypi/")]
    assert {(each["name"], each["version"]) for each in python} == set(pins)
    assert {each["content"] for one in python for each in one["hashes"]} == hashes
    # Who says nothing of a licence is for people to look at; nearly all do.
    without = [each["name"] for each in python if not each.get("licenses")]
    assert len(without) <= len(python) // 10, without


def test_the_console_s_packages_are_in_it_and_its_tools_are_not(document: dict[str, Any]) -> None:
    console = {each["purl"] for each in document["components"] if "pkg:npm/" in each["purl"]}
    entries = json.loads((ROOT / LOCK).read_text())["packages"]
    asked = entries[""]["dependencies"]
    assert {f"pkg:npm/{name.replace('@', '%40')}@{version}" for name, version in asked.items()} <= (
        console
    )
    named = [(entry, _url(path, entry)) for path, entry in entries.items() if path]
    tools = {url for entry, url in named if entry.get("dev")}
    runs = {url for entry, url in named if not entry.get("dev")}
    assert tools - runs
    assert not (tools - runs) & console


def _url(path: str, entry: dict[str, Any]) -> str:
    name = path.rpartition("node_modules/")[2].replace("@", "%40")
    return f"pkg:npm/{name}@{entry['version']}"


def test_it_says_what_needs_what(document: dict[str, Any]) -> None:
    needs = {each["ref"]: each.get("dependsOn", []) for each in document["dependencies"]}
    known = {each["bom-ref"] for each in document["components"]}
    assert needs.keys() == known | {"headwater"}
    assert {ref for refs in needs.values() for ref in refs} <= known
    named = {ref.partition("@")[0]: refs for ref, refs in needs.items()}
    assert any(ref.startswith("pkg:pypi/sqlparse@") for ref in named["pkg:pypi/django"])
    assert any(ref.startswith("pkg:pypi/django@") for ref in needs["headwater"])
    assert any(ref.startswith("pkg:npm/react@") for ref in needs["headwater"])
    assert any(ref.startswith("pkg:npm/scheduler@") for ref in named["pkg:npm/react-dom"])


@pytest.mark.parametrize("line", ["one==1.0\n", "one>=1.0 --hash=sha256:" + "a" * 64, "./one\n"])
def test_what_is_not_pinned_by_hash_is_an_error(tmp_path: Path, line: str) -> None:
    pins = tmp_path / "requirements.txt"
    pins.write_text(ONE + line)
    with pytest.raises(ValueError, match="not pinned by hash: "):
        pinned(pins)
    pins.write_text(f"# a comment\n\n{ONE}")
    (package,) = pinned(pins)
    assert (package.key, package.hashes, package.licence) == (("one", "1.0"), ("a" * 64,), None)


def test_the_console_s_lock_must_have_digests_and_the_nearest_package_counts(
    tmp_path: Path,
) -> None:
    lock = tmp_path / "package-lock.json"
    digest = {"integrity": "sha512-AAAA"}
    packages: dict[str, Any] = {
        "": {"dependencies": {"a": "1"}},
        "node_modules/a": {"version": "1", **digest, "dependencies": {"b": "2", "c": "1"}},
        "node_modules/a/node_modules/b": {"version": "2", **digest, "dependencies": {"c": "1"}},
        "node_modules/b": {"version": "1", **digest},
        "node_modules/c": {"version": "1", **digest},
        "node_modules/tool": {"version": "9", "dev": True},
    }
    lock.write_text(json.dumps({"packages": packages}))
    found = {package.key: package.needs for package in locked(lock)}
    assert found == {
        ("a", "1"): (("b", "2"), ("c", "1")),
        ("b", "1"): (),
        ("b", "2"): (("c", "1"),),
        ("c", "1"): (),
    }
    del packages["node_modules/c"]["integrity"]
    lock.write_text(json.dumps({"packages": packages}))
    with pytest.raises(ValueError, match="not pinned by hash: node_modules/c"):
        locked(lock)
