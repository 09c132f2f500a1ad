"""One package that something is made of, wherever it comes from."""

from dataclasses import dataclass
from typing import Final, Literal

PYTHON: Final = "pypi"
CONSOLE: Final = "npm"

Ecosystem = Literal["pypi", "npm"]
"""As package URLs call it, https://github.com/package-url/purl-spec."""


@dataclass(frozen=True, slots=True)
class Package:
    """``hashes`` are of each file that it may be installed from, in hex; ``needs`` are names and
    versions of packages of the same ecosystem. ``licence``: an expression of SPDX, or the package's
    own word for it; None where it says none, or is not installed here."""

    ecosystem: Ecosystem
    name: str
    version: str
    algorithm: Literal["SHA-256", "SHA-512"]
    hashes: tuple[str, ...]
    licence: str | None = None
    needs: tuple[tuple[str, str], ...] = ()

    @property
    def key(self) -> tuple[str, str]:
        return self.name, self.version
