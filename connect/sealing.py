"""Secrets of connectors' configs at rest: sealed for their connector (``tenants/sealing.py``)."""

import json
from collections.abc import Mapping, Sequence
from uuid import UUID

from tenants import sealing


def seal(secrets: Mapping[str, str], connector: UUID, ring: Sequence[bytes]) -> str:
    """The text to keep; empty for no secrets."""
    if not secrets:
        return ""
    return sealing.seal(json.dumps(dict(secrets), sort_keys=True).encode(), connector.bytes, ring)


def unseal(sealed: str, connector: UUID, ring: Sequence[bytes]) -> dict[str, str]:
    """The secrets by name. Raises ``SealBroken``."""
    if not sealed:
        return {}
    what = f"connector {connector}'s secrets"
    return dict(json.loads(sealing.unseal(sealed, connector.bytes, ring, what=what)))


def sealed_anew(sealed: str, connector: UUID, ring: Sequence[bytes]) -> str:
    """The same secrets under the ring's first key. Raises ``SealBroken``."""
    return seal(unseal(sealed, connector, ring), connector, ring)
