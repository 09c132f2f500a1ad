"""Files below the operator's folder: a tenant's path leads nowhere else.

Every part of a path is opened from the folder before it and may be no symbolic link, so that there
is no moment between looking and opening in which a link could be put there.
"""

import os
import stat
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import PurePosixPath
from typing import Final

from connect.spi.errors import ConfigError, ConnectError

SETTING: Final = "HEADWATER_CONNECT_FILES"


def root() -> str:
    """
    Raises:
        ConfigError: the operator has not allowed files.
    """
    folder = os.environ.get(SETTING)
    if not folder:
        raise ConfigError(
            f"file connectors are off; the operator allows a folder with {SETTING}=/path/to/it"
        )
    return folder


def parts_of(path: str) -> list[str]:
    """
    Raises:
        ConfigError: the path is absolute, empty, or goes upwards.
    """
    parts = PurePosixPath(path).parts
    if not parts or path.startswith("/") or ".." in parts or "\0" in path:
        raise ConfigError(f"{path!r} must be a path below {SETTING}, as exports/orders.txt")
    return list(parts)


@contextmanager
def parent(path: str, *, make: bool) -> Generator[int, None, None]:
    """A descriptor of the folder that ``path`` is in; with ``make`` folders come to be."""
    folder = os.open(root(), os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        for name in parts_of(path)[:-1]:
            if make:
                with suppress(FileExistsError):
                    os.mkdir(name, 0o700, dir_fd=folder)
            flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
            inner = os.open(name, flags, dir_fd=folder)
            os.close(folder)
            folder = inner
        yield folder
    finally:
        os.close(folder)


def open_to_read(path: str) -> int:
    """A descriptor of the file. FileNotFoundError where it is not there yet.

    Raises:
        ConnectError: it is no ordinary file, or a link leads to it.
    """
    try:
        with parent(path, make=False) as folder:
            return ordinary(parts_of(path)[-1], folder, os.O_RDONLY)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise ConnectError(refused(path, error)) from error


def open_to_append(path: str) -> int:
    """A descriptor of the file, which comes to be with its folders, for writing at its end.

    Raises:
        ConnectError: it cannot be written, is no ordinary file, or a link leads to it.
    """
    try:
        with parent(path, make=True) as folder:
            return ordinary(parts_of(path)[-1], folder, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    except OSError as error:
        raise ConnectError(refused(path, error)) from error


def ordinary(name: str, folder: int, flags: int) -> int:
    """A descriptor of the file of that name in the folder.

    Raises:
        OSError: it cannot be opened so.
        ConnectError: it is no ordinary file, or has a second name.
    """
    # Not to wait for the other end of a pipe.
    flags |= os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
    opened = os.open(name, flags, 0o600, dir_fd=folder)
    found = os.fstat(opened)
    if not stat.S_ISREG(found.st_mode) or found.st_nlink > 1:
        os.close(opened)
        raise ConnectError(f"file={name!r} is no ordinary file, or has a second name")
    return opened


def refused(path: str, error: OSError) -> str:
    return f"file={path!r} cannot be opened below {SETTING}: {error.strerror}"
