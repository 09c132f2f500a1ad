"""The keys that connectors' secrets and SCRAM users' verifiers are sealed with, of 256 bits each: a
ring in a file.

Each in the ring opens; which one seals, PostgreSQL says (``tenants/models/sealing_state.py``). The
file is read each time that something is sealed or opened, so a key that was written into it can be
used at once by every process that sees the file, however long ago the process was started.
"""

import base64
import os
from pathlib import Path
from typing import Final

from streaming.cell.failure import ConfigurationError
from streaming.cell.secret_file import read_document, write_document
from tenants.sealing import RingUnreadable

KEY_BYTES: Final = 32
_MEMBER: Final = "connector_keys"


class KeysUnreadable(ConfigurationError, RingUnreadable):
    """The ring's file says something that cannot be: to who starts, and to who seals and opens."""


def read_ring(path: Path | None, first: bytes) -> tuple[bytes, ...]:
    """Newest first. ``first`` alone, the key that a deployment begins with, as long as no other was
    made. Raises ``KeysUnreadable`` when the file cannot be read or was not made by us."""
    try:
        kept = ((read_document(path) if path else None) or {}).get(_MEMBER) or ()
        ring = tuple(base64.urlsafe_b64decode(text) for text in kept)
    except (OSError, ValueError, TypeError) as error:
        raise KeysUnreadable(f"The keys of connectors cannot be read: {error}") from error
    if any(len(key) != KEY_BYTES for key in ring):
        raise KeysUnreadable(f"{path} has a connectors' key that is not of {KEY_BYTES} bytes.")
    return ring or (first,)


def write_ring(path: Path, ring: tuple[bytes, ...]) -> None:
    """Replace the ring; what else the file holds stays. Raises ``OSError`` and ``ValueError``."""
    texts = [base64.urlsafe_b64encode(key).decode() for key in ring]
    write_document(path, (read_document(path) or {}) | {_MEMBER: texts})


def new_key() -> bytes:
    return os.urandom(KEY_BYTES)
