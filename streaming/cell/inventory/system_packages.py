"""The system's packages: by dpkg, rpm or apk, whichever is there."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from streaming.cell.inventory.found import SystemPackage

OS_RELEASE: Final = Path("/etc/os-release")
APK_DATABASE: Final = Path("lib/apk/db/installed")
SECONDS: Final = 60

_DPKG: Final = (
    "dpkg-query", "--show",
    "--showformat=${db:Status-Status}\\t${Package}\\t${Version}\\t${Architecture}\\t"
    "${source:Package}\\n",
)  # fmt: skip
_RPM: Final = (
    "rpm", "--query", "--all",
    "--queryformat=%{NAME}\\t%{EPOCHNUM}:%{VERSION}-%{RELEASE}\\t%{ARCH}\\t%{SOURCERPM}\\n",
)  # fmt: skip


def system_packages(root: Path = Path("/")) -> tuple[SystemPackage, ...] | None:
    """By name; None where no package manager is. Raises ``OSError`` and ``SubprocessError`` when
    the one that is there does not answer, ``ValueError`` when its answer cannot be read."""
    if shutil.which(_DPKG[0]) is not None:
        found = read_dpkg(_output(_DPKG))
    elif shutil.which(_RPM[0]) is not None:
        found = read_rpm(_output(_RPM))
    elif (root / APK_DATABASE).is_file():
        found = read_apk((root / APK_DATABASE).read_text(encoding="utf-8"))
    else:
        return None
    return tuple(sorted(found, key=lambda each: (each.name, each.architecture)))


def system_release(path: Path = OS_RELEASE) -> dict[str, str]:
    """What os-release(5) says of the system; nothing where there is no such file."""
    if not path.is_file():
        return {}
    pairs = (line.partition("=") for line in path.read_text(encoding="utf-8").splitlines())
    said = {name: value.strip("\"'") for name, _, value in pairs}
    return {name: said[name] for name in ("ID", "VERSION_ID", "PRETTY_NAME") if name in said}


def read_dpkg(output: str) -> Iterator[SystemPackage]:
    """What is removed and has left its configuration is not installed."""
    for line in output.splitlines():
        status, name, version, architecture, source = line.split("\t")
        if status == "installed":
            yield SystemPackage("deb", name, version, architecture, source or None)


def read_rpm(output: str) -> Iterator[SystemPackage]:
    """Keys that packages are signed with are listed as packages, and are none."""
    for line in output.splitlines():
        name, version, architecture, source = line.split("\t")
        if name != "gpg-pubkey":
            whole = version.removeprefix("0:")
            # NAME-VERSION-RELEASE.src.rpm
            made_of = None if source == "(none)" else source.rsplit("-", 2)[0]
            yield SystemPackage("rpm", name, whole, architecture, made_of)


def read_apk(database: str) -> Iterator[SystemPackage]:
    """Paragraphs of ``LETTER:VALUE``, one for each package."""
    for paragraph in database.split("\n\n"):
        pairs = (line.partition(":") for line in paragraph.splitlines())
        told = {letter: value for letter, _, value in pairs if letter in set("PVAo")}
        if {"P", "V", "A"} <= told.keys():
            yield SystemPackage("apk", told["P"], told["V"], told["A"], told.get("o"))


def _output(command: tuple[str, ...]) -> str:
    return subprocess.run(
        command, capture_output=True, text=True, check=True, timeout=SECONDS
    ).stdout
