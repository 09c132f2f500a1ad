"""The Python packages that a deployment runs with: a file of pins and hashes, as uv writes it."""

import re
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.supply_chain.package import PYTHON, Package

_PIN = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^\s;\\]+)")
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")
_CLASSIFIER = "License :: OSI Approved :: "
_WORD_MAX = 80
"""Longer than that it is the licence itself, which some put where its name belongs."""


def pinned(requirements: Path) -> list[Package]:
    """In the file's order. Raises ``ValueError`` for a line that pins nothing, or has no hash."""
    found = list(_pins(requirements.read_text()))
    versions = {canonicalize_name(name): version for name, version, _ in found}
    return [
        Package(
            PYTHON,
            name,
            version,
            "SHA-256",
            hashes,
            _licence(name, version),
            tuple(sorted(_needs(name, version, versions))),
        )
        for name, version, hashes in found
    ]


def _pins(text: str) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    for line in text.replace("\\\n", " ").splitlines():
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        pin, hashes = _PIN.match(line), tuple(_HASH.findall(line))
        if pin is None or not hashes:
            raise ValueError(f"not pinned by hash: {line.split(' --hash')[0].strip()}")
        yield canonicalize_name(pin["name"]), pin["version"], hashes


def _installed(name: str, version: str) -> metadata.Distribution | None:
    """None for what other systems need, and for another version than the pinned one."""
    try:
        found = metadata.distribution(name)
    except metadata.PackageNotFoundError:
        return None
    return found if found.version == version else None


def _licence(name: str, version: str) -> str | None:
    installed = _installed(name, version)
    if installed is None:
        return None
    told = installed.metadata
    classified = [
        each.removeprefix(_CLASSIFIER)
        for each in told.get_all("Classifier", [])
        if each.startswith(_CLASSIFIER)
    ]
    word = (told.get("License-Expression") or told.get("License") or "").strip()
    if not word or len(word) > _WORD_MAX or "\n" in word:
        word = " and ".join(classified)
    return word or None


def _needs(name: str, version: str, versions: dict[str, str]) -> set[tuple[str, str]]:
    """Those that it needs on this system, its extras left aside."""
    installed = _installed(name, version)
    requires = map(Requirement, (installed.requires or []) if installed else [])
    names = {
        canonicalize_name(each.name)
        for each in requires
        if each.marker is None or each.marker.evaluate({"extra": ""})
    }
    return {(each, versions[each]) for each in names if each in versions}
