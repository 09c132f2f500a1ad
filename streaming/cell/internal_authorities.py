"""The authorities of the internal listener's certificates, in the file of keys beside the others.

The file is read at each handshake, so an authority that was added to it or taken out counts at once
in every process that sees the file.
"""

import base64
from pathlib import Path
from typing import Any, Final

from brokers.certificates.authority import SEED_BYTES, Authority
from brokers.certificates.ring import Ring, RingUnreadable
from streaming.cell.failure import ConfigurationError
from streaming.cell.secret_file import read_document, write_document

_MEMBER: Final = "internal_authorities"


class AuthoritiesUnreadable(ConfigurationError, RingUnreadable):
    """The file says something that cannot be: to who starts, and to who connects."""


def read_authorities(path: Path | None, first_seed: bytes) -> Ring:
    """Newest first. The one of ``first_seed`` alone, which a deployment begins with, as long as no
    other was made. Raises ``AuthoritiesUnreadable`` when the file cannot be read or was not made by
    us."""
    try:
        kept = ((read_document(path) if path else None) or {}).get(_MEMBER) or ()
        ring = tuple(_authority(each) for each in kept)
    except (OSError, ValueError, TypeError, KeyError) as error:
        reason = f"The authorities of internal certificates cannot be read: {error!r}"
        raise AuthoritiesUnreadable(reason) from error
    return ring or (Authority(first_seed, 0),)


def write_authorities(path: Path, ring: Ring) -> None:
    """Replace the ring; what else the file holds stays. Raises ``OSError`` and ``ValueError``."""
    written = [
        {"seed": base64.urlsafe_b64encode(each.seed).decode(), "issues_from": each.issues_from_s}
        for each in ring
    ]
    write_document(path, (read_document(path) or {}) | {_MEMBER: written})


def _authority(kept: dict[str, Any]) -> Authority:
    seed = base64.urlsafe_b64decode(kept["seed"])
    if len(seed) != SEED_BYTES:
        raise ValueError(f"a seed of {len(seed)} bytes")
    return Authority(seed, int(kept["issues_from"]))
