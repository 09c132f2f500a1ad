"""SCRAM users' verifiers at rest: sealed for their tenant, user and mechanism.

By mechanism a row keeps ``{"iterations", "salt_bytes", "salt_style", "box"}``. The box has the
verifier (``tenants/verifiers.py``); what stands beside it is what anybody hears who begins a login
by that name, and what a login uses is in the box all the same.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from tenants.sealing import key_of, seal, unseal

TEXT_CHARACTERS_MIN: Final = 20
"""A salt of fewer bytes may look like text by chance."""
_TEXT: Final = frozenset(b"0123456789abcdefghijklmnopqrstuvwxyz")

Json = Mapping[str, Any]


def sealed_verifier(
    verifier: Json, ring: Sequence[bytes], *, tenant_id: UUID, user: str, mechanism: str
) -> dict[str, Any]:
    """What a row keeps of ``verifier``. ``mechanism``: ``scram_sha_256`` or ``scram_sha_512``."""
    salt = bytes.fromhex(verifier["salt"])
    plain = json.dumps(dict(verifier), sort_keys=True).encode()
    return {
        "iterations": verifier["iterations"],
        "salt_bytes": len(salt),
        "salt_style": salt_style(salt),
        "box": seal(plain, _owner(tenant_id, user, mechanism), ring),
    }


def opened_verifier(
    box: str, ring: Sequence[bytes], *, tenant_id: UUID, user: str, mechanism: str
) -> dict[str, Any]:
    """The verifier of which ``box`` was made. Raises ``SealBroken``."""
    what = f"the verifiers of SCRAM user {user!r} of tenant {tenant_id}"
    plain = unseal(box, _owner(tenant_id, user, mechanism), ring, what=what)
    return dict(json.loads(plain))


def sealed_anew(
    verifiers: Mapping[str, Json], ring: Sequence[bytes], *, tenant_id: UUID, user: str
) -> dict[str, dict[str, Any]]:
    """A row's verifiers under the ring's first key, those in clear too. Raises ``SealBroken``."""
    anew = {}
    for mechanism, kept in verifiers.items():
        clear = kept
        if "box" in kept:
            clear = opened_verifier(
                kept["box"], ring, tenant_id=tenant_id, user=user, mechanism=mechanism
            )
        anew[mechanism] = sealed_verifier(
            clear, ring, tenant_id=tenant_id, user=user, mechanism=mechanism
        )
    return anew


def keys_of(verifiers: Mapping[str, Json]) -> set[str]:
    """The names of the keys that a row's verifiers are sealed with; the empty one for a verifier
    that is in clear: a broker of before this was set it."""
    return {key_of(kept.get("box", "")) for kept in verifiers.values()}


def salt_style(salt: bytes) -> str:
    """``base36`` for a number in digits and lower-case letters, as Java's Kafka clients make
    salts (``ScramFormatter.secureRandomString``), else ``bytes``."""
    is_text = len(salt) >= TEXT_CHARACTERS_MIN and salt[:1] != b"0" and _TEXT.issuperset(salt)
    return "base36" if is_text else "bytes"


def _owner(tenant_id: UUID, user: str, mechanism: str) -> bytes:
    """Longer than the 16 bytes that connectors' boxes are bound to; the name, in which alone any
    character may be, comes last."""
    return b"\0".join((b"scram", tenant_id.bytes, mechanism.encode(), user.encode()))
