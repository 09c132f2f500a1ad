"""The unprivileged account that PostgreSQL runs as when everything else runs as root.

PostgreSQL refuses to run as root. An account that exists already is used; none is made.
"""

import os
import pwd
import shutil
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from streaming.cell.failure import Failure

# In the order of how well they fit. "nobody" exists everywhere.
CANDIDATES = ("postgres", "nobody", "daemon")
COPIES = (Path("/var/cache/headwater"), Path("/var/tmp/headwater"))


@dataclass(frozen=True, slots=True)
class Account:
    name: str
    uid: int
    gid: int


def unprivileged_account() -> Account | None:
    """Whom PostgreSQL must run as; None when this process is no root and runs it as itself."""
    if os.geteuid() != 0:
        return None
    for name in CANDIDATES:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        if entry.pw_uid != 0:
            return Account(name, entry.pw_uid, entry.pw_gid)
    raise Failure(
        f"PostgreSQL does not run as root, and this machine has none of the accounts "
        f"{', '.join(CANDIDATES)}. Run as an ordinary user, or set DATABASE_URL."
    )


def reachable(path: Path) -> bool:
    """Whether any account may pass through every folder on the way to ``path`` and into it."""
    resolved = path.resolve()
    return all(_open_to_others(folder) for folder in (resolved, *resolved.parents))


def _open_to_others(folder: Path) -> bool:
    return bool(folder.stat().st_mode & stat.S_IXOTH)


def reachable_copy(folder: Path, parts: Sequence[str], version: str) -> Path:
    """A copy of ``parts`` of ``folder`` where every account can run them, made once per
    ``version``.

    Needed when root works in a folder that is closed to others, such as /root. Parts stand in the
    copy as they do in ``folder``, for programs find their libraries by the way from one to the
    other. The copy is a cache: it can be deleted whenever nothing runs.
    """
    for parent in COPIES:
        copy = parent / version
        if _is_whole(folder, parts, copy):
            return copy
        try:
            _copy_whole(folder, parts, copy)
        except OSError:
            continue
        if reachable(copy):
            return copy
    raise Failure(
        f"{folder} is closed to the account that PostgreSQL must run as, and could not be "
        f"copied to {' or '.join(map(str, COPIES))}. Move the checkout to a folder that others "
        "may enter, run as an ordinary user, or set DATABASE_URL."
    )


def _is_whole(folder: Path, parts: Sequence[str], copy: Path) -> bool:
    """Whether ``copy`` is ours: root's, writable by nobody else, with every file in its size."""
    try:
        found = copy.lstat()
        if found.st_uid != 0 or found.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
            return False
        return all(
            (copy / file.relative_to(folder)).stat().st_size == file.stat().st_size
            for part in parts
            for file in (folder / part).rglob("*")
            if file.is_file()
        )
    except OSError:
        return False


def _copy_whole(folder: Path, parts: Sequence[str], copy: Path) -> None:
    copy.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    owner = copy.parent.lstat()
    if owner.st_uid != 0 or owner.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise PermissionError(f"{copy.parent} belongs to someone else")
    partial = copy.with_name(f"{copy.name}.{os.getpid()}")
    try:
        for part in parts:
            shutil.copytree(folder / part, partial / part, symlinks=True)
        for entry in (partial, *partial.rglob("*")):
            if not entry.is_symlink():
                entry.chmod(0o755)
        shutil.rmtree(copy, ignore_errors=True)
        partial.rename(copy)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
