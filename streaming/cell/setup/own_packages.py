"""``plugins.txt``: packages of the operator's own, such as connectors that he has written.

The virtual environment is made anew with a release, so what is to be in it beside Headwater's own
packages is written down, a line each as pip's requirement files have them.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

NAME = "plugins.txt"
_MADE = frozenset({"build", "dist", "__pycache__"})


@dataclass(frozen=True, slots=True)
class OwnPackages:
    """The file of ``checkout`` that names them; it need not be there."""

    file: Path

    @classmethod
    def of(cls, checkout: Path) -> "OwnPackages":
        return cls(checkout / NAME)

    @property
    def exists(self) -> bool:
        return self.file.exists()

    def key(self) -> str:
        """Another one when the file changes, or one in a folder that it names; empty for none."""
        if not self.exists:
            return ""
        digest = hashlib.sha256(self.file.read_bytes())
        for each in self._sources():
            found = each.stat()
            digest.update(f"{each}\0{found.st_size}\0{found.st_mtime_ns}\n".encode())
        return digest.hexdigest()

    def _sources(self) -> Iterator[Path]:
        for folder in self._folders():
            files = (each for each in folder.rglob("*") if each.is_file())
            yield from sorted(each for each in files if _is_written(each.relative_to(folder)))

    def _folders(self) -> Iterator[Path]:
        for line in self.file.read_text().splitlines():
            folder = self.file.parent / line.strip()
            if line.strip() and folder.is_dir():
                yield folder


def _is_written(path: Path) -> bool:
    """By somebody, and not by a build or an editor."""
    return not any(
        part in _MADE or part.startswith(".") or part.endswith(".egg-info") for part in path.parts
    )
