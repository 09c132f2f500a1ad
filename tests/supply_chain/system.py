"""An inventory of where a deployment runs (``streaming/cell/inventory``) as components."""

import re
from collections.abc import Iterator
from typing import Final

from cyclonedx.model import HashAlgorithm, HashType, Property
from cyclonedx.model.component import Component, ComponentType
from packageurl import PackageURL

from streaming.cell.inventory.found import BundledFile, Inventory, NativeCode, SystemPackage

NAMESPACE: Final = "headwater"
"""Of properties, as CycloneDX wants one."""


NOT_LOOKED_AT: Final = Property(
    name=f"{NAMESPACE}:not-known",
    value="What it runs on (system, interpreter, native libraries) was not looked at.",
)


def components(inventory: Inventory) -> Iterator[Component]:
    """The system, its packages, native code and bundled libraries."""
    system = inventory.system
    if system:
        yield Component(
            name=system.get("ID", "linux"),
            version=system.get("VERSION_ID"),
            description=system.get("PRETTY_NAME"),
            type=ComponentType.OPERATING_SYSTEM,
            bom_ref="operating-system",
        )
    for package in inventory.packages:
        yield _package(package, system.get("ID", "linux"), system.get("VERSION_ID"))
    for code in inventory.native:
        yield _native(code)
    for file in inventory.files:
        yield _file(file)


def not_known(inventory: Inventory) -> list[Property]:
    """For the document's own properties."""
    return [Property(name=f"{NAMESPACE}:not-known", value=each) for each in inventory.unknown]


def _package(package: SystemPackage, system: str, release: str | None) -> Component:
    qualifiers = {"arch": package.architecture}
    if release:
        qualifiers["distro"] = f"{system}-{release}"
    if package.source:
        qualifiers["upstream"] = package.source
    url = PackageURL(package.kind, system, package.name, package.version, qualifiers)
    return Component(
        name=package.name,
        version=package.version,
        type=ComponentType.LIBRARY,
        bom_ref=url.to_string(),
        purl=url,
    )


def _native(code: NativeCode) -> Component:
    name = re.sub(r"[^a-z0-9+.]+", "-", code.name.lower())
    url = PackageURL("generic", None, name, code.version)
    return Component(
        name=code.name,
        version=code.version,
        type=ComponentType.LIBRARY,
        bom_ref=f"{url.to_string()}#{code.part_of}",
        purl=url,
        properties=[Property(name=f"{NAMESPACE}:part-of", value=code.part_of)],
    )


def _file(file: BundledFile) -> Component:
    return Component(
        name=file.path,
        type=ComponentType.FILE,
        bom_ref=f"file:{file.path}",
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=file.sha256)],
        properties=[Property(name=f"{NAMESPACE}:part-of", value=file.part_of)],
    )
