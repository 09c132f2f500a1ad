"""A volume whose power can be cut: what was not made durable is gone, all else is there.

The volume lies on an ext4 file system in an image file, mounted by loop so that it writes nothing
back by itself for minutes. Cutting the power is to copy the image while it is mounted, which has
what reached the "disk" and nothing else, and to go on with the copy. Only root may mount; a run
that is itself killed with SIGKILL leaves its mounts behind.

https://docs.kernel.org/admin-guide/ext4.html: ``commit=300`` keeps the journal from being committed
every five seconds; an fsync commits it at once, as on any disk.
"""

import errno
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

PIECES: Final = (64 << 20, 1 << 20, 4096)
TOOLS: Final = ("mkfs.ext4", "losetup", "mount", "cp")


class PowerDisk:
    """A context manager. ``folder`` becomes a link to the volume on what is mounted now; ``images``
    is a new folder to work in, ``room`` is bytes."""

    def __init__(self, folder: Path, images: Path, room: int) -> None:
        self.folder = folder
        self._images = images
        self._room = room
        self._count = 0
        self._before: Path | None = None

    @staticmethod
    def is_possible(folder: Path) -> bool:
        """Whether this process may mount an image: tried out, for containers differ."""
        if not sys.platform.startswith("linux") or os.geteuid() != 0:
            return False
        if not all(map(shutil.which, TOOLS)):
            return False
        try:
            with PowerDisk(folder / "tried", folder / "tried-images", 16 << 20):
                pass
        except OSError:
            return False
        shutil.rmtree(folder / "tried")
        return True

    def __enter__(self) -> "PowerDisk":
        self._images.mkdir(parents=True)
        image = self._image(0)
        with image.open("wb") as file:
            file.truncate(self._room)
        # Everything is made at once: what the kernel did later would look like the broker's writes.
        eager = "lazy_itable_init=0,lazy_journal_init=0,nodiscard"
        _run("mkfs.ext4", "-q", "-m", "0", "-E", eager, str(image))
        self._mount(0)
        (self._mounted(0) / "volume").mkdir()
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        self.folder.symlink_to(self._mounted(0) / "volume")
        return self

    def __exit__(self, *_error: object) -> None:
        """What is on it stays, on the disk around it: somebody may want to know what happened."""
        kept = self.folder.with_name(f"{self.folder.name}.kept")
        try:
            shutil.copytree(self.folder, kept)
        finally:
            self.forget_before()
            self._unmount(self._count)
        self.folder.unlink()
        kept.rename(self.folder)
        self._images.rmdir()

    def cut(self) -> int:
        """Cut the power and give it back. How many bytes of record files are gone.

        Nobody may be writing any more. Whoever still has files open has those from before.
        """
        before, self._count = self._count, self._count + 1
        _run("cp", "--sparse=always", str(self._image(before)), str(self._image(self._count)))
        self._mount(self._count)
        new = self.folder.with_name(f"{self.folder.name}.new")
        new.symlink_to(self._mounted(self._count) / "volume")
        gone = _bytes_of_logs(self.folder) - _bytes_of_logs(new)
        new.replace(self.folder)
        self._before = self._mounted(before)
        return gone

    def forget_before(self) -> None:
        """Let go of what was there before the last cut."""
        if self._before is not None:
            self._before = None
            self._unmount(self._count - 1)

    # As a disk that can be filled in an instant.

    def fill(self) -> None:
        handle = os.open(self._filler, os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            end = 0
            for piece in PIECES:
                try:
                    while True:
                        os.posix_fallocate(handle, end, piece)
                        end += piece
                except OSError as error:
                    if error.errno != errno.ENOSPC:
                        raise
        finally:
            os.close(handle)

    def empty(self) -> None:
        self._filler.unlink(missing_ok=True)

    @property
    def _filler(self) -> Path:
        return self._mounted(self._count) / "filler"

    def _image(self, number: int) -> Path:
        return self._images / f"{number}.image"

    def _mounted(self, number: int) -> Path:
        return self._images / f"{number}"

    def _mount(self, number: int) -> None:
        self._mounted(number).mkdir()
        options = "loop,commit=300,noatime"
        _run("mount", "-o", options, str(self._image(number)), str(self._mounted(number)))

    def _unmount(self, number: int) -> None:
        """Lazily: a process may still be on its way out. The image goes with its last user."""
        _run("umount", "--lazy", str(self._mounted(number)))
        self._mounted(number).rmdir()
        self._image(number).unlink()


def _bytes_of_logs(volume: Path) -> int:
    return sum(file.stat().st_size for file in volume.glob("*/*.log"))


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise OSError(f"{' '.join(command)}: {done.stderr.strip()}")
