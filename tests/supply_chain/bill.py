"""The bill of materials of one commit: the same commit gives the same document."""

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

from tests.supply_chain import console_lock
from tests.supply_chain.package import CONSOLE, PYTHON, Package
from tests.supply_chain.pinned import pinned

PINS: Final = Path("requirements.txt")
ASKED_FOR: Final = Path("requirements.in")
LOCK: Final = Path("frontend/console/package-lock.json")
NAME: Final = "headwater"


def written(checkout: Path) -> str:
    """The document as JSON. Raises ``ValueError`` when something is not pinned by hash."""
    return JsonV1Dot6(bill(checkout)).output_as_string(indent=2) + "\n"


def bill(checkout: Path) -> Bom:
    packages = [*pinned(checkout / PINS), *console_lock.locked(checkout / LOCK)]
    made = {(each.ecosystem, *each.key): _component(each) for each in packages}
    ours = _ours(checkout)
    files = "".join((checkout / each).read_text() for each in (PINS, LOCK))
    bom = Bom(components=made.values(), serial_number=uuid5(NAMESPACE_URL, files))
    bom.metadata.component = ours
    bom.metadata.timestamp = _committed_at(checkout)
    asked = _asked_for(checkout)
    bom.register_dependency(ours, _ordered(made[key] for key in made if key[:2] in asked))
    for each in packages:
        needs = (made[each.ecosystem, *key] for key in each.needs)
        bom.register_dependency(made[each.ecosystem, *each.key], _ordered(needs))
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
