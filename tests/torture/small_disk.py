"""A volume on a disk of its own that can be filled in an instant: a tmpfs, whose size can change.

Only root may mount one. Its files survive everything but the machine, so a broker that is killed
finds its volume as it left it. A run that is itself killed with SIGKILL leaves the mount behind.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

PAGE: Final = 4096
FILL_ATTEMPTS: Final = 50


class SmallDisk:
    """A context manager: mounted while it is entered. ``room`` is what it holds, in bytes."""

    def __init__(self, folder: Path, room: int) -> None:
        self.folder = folder
        self._room = room

    @staticmethod
    def is_possible() -> bool:
        return sys.platform.startswith("linux") and os.geteuid() == 0

    def __enter__(self) -> "SmallDisk":
        self.folder.mkdir(parents=True)
        _run("mount", "-t", "tmpfs", "-o", f"size={self._room}", "tmpfs", str(self.folder))
        return self

    def __exit__(self, *_error: object) -> None:
        """What is on it stays, on the disk around it: somebody may want to know what happened."""
        kept = self.folder.with_name(f"{self.folder.name}.kept")
        try:
            shutil.copytree(self.folder, kept)
        finally:
            _run("umount", "--lazy", str(self.folder))
        self.folder.rmdir()
        kept.rename(self.folder)

    def fill(self) -> None:
        """No byte more than is there now; what is written meanwhile makes it try again."""
        for attempt in range(FILL_ATTEMPTS):
            told = os.statvfs(self.folder)
            used = (told.f_blocks - told.f_bfree) * told.f_frsize
            try:
                return self._resize(max(PAGE, used))
            except OSError:
                if attempt == FILL_ATTEMPTS - 1:
                    raise

    def empty(self) -> None:
        """As much room as in the beginning."""
        self._resize(self._room)

    def _resize(self, room: int) -> None:
        _run("mount", "-o", f"remount,size={room}", str(self.folder))


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise OSError(f"{' '.join(command)}: {done.stderr.strip()}")
