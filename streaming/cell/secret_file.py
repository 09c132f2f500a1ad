"""A file of secrets: a JSON object, readable by its owner only, replaced whole or not at all."""

import json
import os
from pathlib import Path
from typing import Any


def read_document(path: Path) -> dict[str, Any] | None:
    """The object in ``path``; None when there is no such file.

    Raises ``ValueError`` when it holds something else, and ``OSError``.
    """
    try:
        document = json.loads(path.read_text())
    except FileNotFoundError:
        return None
    if not isinstance(document, dict):
        raise ValueError(f"{path} holds no JSON object")
    return document


def write_document(path: Path, document: dict[str, Any]) -> None:
    """On the disk when this returns. Who owned the file still does: a command of root's must not
    take it away from the account that the service runs as. Raises ``OSError``."""
    partial = path.with_suffix(".partial")
    partial.unlink(missing_ok=True)
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        _keep_owner(path, descriptor)
        json.dump(document, file, indent=2)
        file.flush()
        os.fsync(descriptor)
    partial.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _keep_owner(path: Path, descriptor: int) -> None:
    try:
        before = path.stat()
    except FileNotFoundError:
        return
    now = os.fstat(descriptor)
    if (before.st_uid, before.st_gid) != (now.st_uid, now.st_gid):
        os.fchown(descriptor, before.st_uid, before.st_gid)
