"""The bill of materials of one commit, and of where it runs: the same commit and the same inventory
give the same document."""

import subprocess
import tomllib
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Final
from uuid import NAMESPACE_URL, uuid5

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from streaming.cell.inventory.found import Inventory
from tests.supply_chain import console_lock, system
from tests.supply_chain.package import CONSOLE, PYTHON, Package
from tests.supply_chain.pinned import pinned

PINS: Final = Path("requirements.txt")
ASKED_FOR: Final = Path("requirements.in")
LOCK: Final = Path("frontend/console/package-lock.json")
NAME: Final = "headwater"


def written(checkout: Path, inventory: Inventory | None = None) -> str:
    """The document as JSON; with an inventory, of what the deployment runs on as well. Raises
    ``ValueError`` when something is not pinned by hash."""
    return JsonV1Dot6(bill(checkout, inventory)).output_as_string(indent=2) + "\n"


def bill(checkout: Path, inventory: Inventory | None) -> Bom:
    packages = [*pinned(checkout / PINS), *console_lock.locked(checkout / LOCK)]
    made = {(each.ecosystem, *each.key): _component(each) for each in packages}
    ours = _ours(checkout)
    below = [] if inventory is None else list(system.components(inventory))
    files = "".join((checkout / each).read_text() for each in (PINS, LOCK))
    known = files if inventory is None else files + inventory.to_json()
    bom = Bom(components=[*made.values(), *below], serial_number=uuid5(NAMESPACE_URL, known))
    bom.metadata.component = ours
    bom.metadata.timestamp = _committed_at(checkout)
    asked = _asked_for(checkout)
    needed = [*(made[key] for key in made if key[:2] in asked), *below]
    bom.register_dependency(ours, _ordered(needed))
    for each in below:
        bom.register_dependency(each)
    bom.metadata.properties.update(
        [system.NOT_LOOKED_AT] if inventory is None else system.not_known(inventory)
    )
    for package in packages:
        needs = (made[package.ecosystem, *key] for key in package.needs)
        bom.register_dependency(made[package.ecosystem, *package.key], _ordered(needs))
    return bom


def _component(package: Package) -> Component:
    space, _, name = package.name.rpartition("/")
    licences = [LicenseFactory().make_from_string(package.licence)] if package.licence else []
    url = PackageURL(package.ecosystem, space or None, name, package.version)
    return Component(
        name=name,
        group=space or None,
        version=package.version,
        type=ComponentType.LIBRARY,
        bom_ref=url.to_string(),
        purl=url,
        hashes=[HashType(alg=HashAlgorithm(package.algorithm), content=each)
                for each in package.hashes],
        licenses=licences,
    )  # fmt: skip


def _ours(checkout: Path) -> Component:
    project = tomllib.loads((checkout / "pyproject.toml").read_text())["project"]
    return Component(
        name=NAME,
        version=f"{project['version']}+{_git(checkout, '%h')}",
        type=ComponentType.APPLICATION,
        bom_ref=NAME,
        description=project["description"],
        licenses=[LicenseFactory().make_from_string(project["license"]["text"])],
    )


def _asked_for(checkout: Path) -> set[tuple[str, str]]:
    lines = (line.split("#")[0].strip() for line in (checkout / ASKED_FOR).read_text().splitlines())
    python = {canonicalize_name(Requirement(line).name) for line in lines if line}
    return {(PYTHON, name) for name in python} | {
        (CONSOLE, name) for name in console_lock.wanted(checkout / LOCK)
    }


def _ordered(components: Iterable[Component]) -> list[Component]:
    return sorted(components, key=lambda each: str(each.bom_ref))


def _committed_at(checkout: Path) -> datetime:
    return datetime.fromisoformat(_git(checkout, "%cI"))


def _git(checkout: Path, form: str) -> str:
    asked = ["git", "log", "-1", f"--format={form}"]
    return subprocess.run(
        asked, cwd=checkout, capture_output=True, text=True, check=True
    ).stdout.strip()
