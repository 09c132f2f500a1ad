"""What was found, as values and as JSON."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Kind = Literal["deb", "rpm", "apk"]
"""As package URLs call it."""


@dataclass(frozen=True, slots=True)
class SystemPackage:
    """``source`` is the name of what it was built from, where the system says so."""

    kind: Kind
    name: str
    version: str
    architecture: str
    source: str | None = None


@dataclass(frozen=True, slots=True)
class NativeCode:
    """A library or program of which only its own word for its version is known. ``part_of`` is what
    brings it: a package of Python's, or ``system``."""

    name: str
    version: str
    part_of: str


@dataclass(frozen=True, slots=True)
class BundledFile:
    """A shared library inside a wheel; ``path`` is relative to where packages are installed."""

    path: str
    sha256: str
    part_of: str


@dataclass(frozen=True, slots=True)
class Inventory:
    """``system``: as os-release(5) says, ``ID``, ``VERSION_ID`` and ``PRETTY_NAME``. ``unknown``: a
    sentence for each thing that could not be found out, or is not here."""

    system: Mapping[str, str]
    packages: tuple[SystemPackage, ...] = ()
    native: tuple[NativeCode, ...] = ()
    files: tuple[BundledFile, ...] = ()
    unknown: tuple[str, ...] = field(default=())

    def to_json(self) -> str:
        return json.dumps(asdict(self), indent=1, sort_keys=True) + "\n"

    @classmethod
    def from_json(cls, text: str) -> "Inventory":
        """Raises ``ValueError`` for anything else than ``to_json`` wrote."""
        try:
            document: dict[str, Any] = json.loads(text)
            return cls(
                system=dict(document["system"]),
                packages=tuple(SystemPackage(**each) for each in document["packages"]),
                native=tuple(NativeCode(**each) for each in document["native"]),
                files=tuple(BundledFile(**each) for each in document["files"]),
                unknown=tuple(map(str, document["unknown"])),
            )
        except (KeyError, TypeError) as error:
            raise ValueError(f"this is no inventory: {error}") from error
