"""The packages whose code is in the console's build: npm's lock file without what only builds."""

import json
from base64 import b64decode
from pathlib import Path, PurePosixPath
from typing import Any

from tests.supply_chain.package import CONSOLE, Package

_FOLDER = "node_modules"


def locked(lock: Path) -> list[Package]:
    """In the order of their names. Raises ``ValueError`` for a package without a digest."""
    entries: dict[str, dict[str, Any]] = json.loads(lock.read_text())["packages"]
    taken = {path: entry for path, entry in entries.items() if path and not _only_builds(entry)}
    found = {
        (package := _package(path, entry, taken)).key: package for path, entry in taken.items()
    }
    return [found[key] for key in sorted(found)]


def wanted(lock: Path) -> set[str]:
    """What the console itself asks for."""
    return set(json.loads(lock.read_text())["packages"][""].get("dependencies", {}))


def _only_builds(entry: dict[str, Any]) -> bool:
    return bool(entry.get("dev") or entry.get("devOptional") or entry.get("link"))


def _package(path: str, entry: dict[str, Any], taken: dict[str, dict[str, Any]]) -> Package:
    algorithm, _, digest = str(entry.get("integrity", "")).partition("-")
    if algorithm != "sha512":
        raise ValueError(f"not pinned by hash: {path}")
    needs = {
        (_name(place), str(taken[place]["version"]))
        for name in entry.get("dependencies", {})
        if (place := _resolved(path, name, taken)) is not None
    }
    return Package(
        CONSOLE,
        _name(path),
        str(entry["version"]),
        "SHA-512",
        (b64decode(digest).hex(),),
        entry.get("license"),
        tuple(sorted(needs)),
    )


def _name(path: str) -> str:
    return path.rpartition(f"{_FOLDER}/")[2]


def _resolved(path: str, name: str, taken: dict[str, dict[str, Any]]) -> str | None:
    """As Node.js looks for it: in the package's own folder, then in those around it."""
    for folder in (PurePosixPath(path), *PurePosixPath(path).parents):
        if folder.name == _FOLDER:
            continue
        place = str(folder / _FOLDER / name)
        if place in taken:
            return place
    return None
