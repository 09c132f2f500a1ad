"""The keys that this broker opens SCRAM users' verifiers with."""

import hashlib
import logging
import os
from collections.abc import Sequence
from typing import Final
from uuid import UUID

from brokers.metadata.records import CredentialRecord, ScramVerifier, SealedVerifier
from brokers.node.authentication.verifiers import HashName, Unopened, kept_verifier
from tenants.key_ring import opening_ring
from tenants.sealed_verifiers import opened_verifier, sealed_verifier
from tenants.sealing import SealBroken, key_name, key_of

log = logging.getLogger(__name__)

_MECHANISMS: Final[dict[HashName, str]] = {"sha256": "scram_sha_256", "sha512": "scram_sha_512"}
_NOBODY: Final = UUID(int=0)


class VerifierKeys:
    """``Verifiers`` by the deployment's ring of keys.

    ``refresh`` reads the file, in any thread; ``opened`` uses what was read last and all that was
    read before: a key that is retired may have sealed what a broker that is cut off from PostgreSQL
    still has.
    """

    def __init__(self) -> None:
        self._ring: tuple[bytes, ...] = ()
        self._unreadable = ""
        self._told: set[str] = set()
        self._stand_ins = {name: _StandIn(name) for name in _MECHANISMS}

    def refresh(self) -> tuple[str, ...]:
        """The names of the keys that the file has now, none while it cannot be read."""
        try:
            read = opening_ring()
        except SealBroken as error:
            if str(error) != self._unreadable:
                log.error("%s No key is taken from it, so some SCRAM users may not log in", error)
            self._unreadable = str(error)
            return ()
        self._unreadable = ""
        self._ring = (*read, *(key for key in self._ring if key not in read))
        return tuple(map(key_name, read))

    def opened(
        self, credential: CredentialRecord | None, hash_name: HashName
    ) -> ScramVerifier | Unopened | None:
        """As in ``Verifiers``: who is not there costs the opening of a box too."""
        kept = kept_verifier(credential, hash_name)
        if credential is None or not isinstance(kept, SealedVerifier):
            self._stand_ins[hash_name].open()
            return kept if isinstance(kept, ScramVerifier) else None
        try:
            return _opened(
                kept.box,
                self._ring,
                tenant_id=UUID(credential.tenant_id),
                user=credential.scram_user or "",
                hash_name=hash_name,
            )
        except SealBroken as error:
            self._tell(key_of(kept.box), error)
            self._stand_ins[hash_name].open()
            return Unopened(str(error))

    def _tell(self, key: str, error: SealBroken) -> None:
        """Once for each key; what is refused for it is logged login by login."""
        if key not in self._told:
            self._told.add(key)
            log.error("SCRAM users cannot log in here: %s", error)


class _StandIn:
    """A box as anybody's may be, under a key of its own."""

    def __init__(self, hash_name: HashName) -> None:
        self._hash_name = hash_name
        self._ring = (os.urandom(32),)
        digest = bytes(hashlib.new(hash_name).digest_size)
        verifier = ScramVerifier(digest[:16], 4096, digest, digest).to_json()
        mechanism = _MECHANISMS[hash_name]
        sealed = sealed_verifier(
            verifier, self._ring, tenant_id=_NOBODY, user="", mechanism=mechanism
        )
        self._box: str = sealed["box"]

    def open(self) -> None:
        _opened(self._box, self._ring, tenant_id=_NOBODY, user="", hash_name=self._hash_name)


def _opened(
    box: str, ring: Sequence[bytes], *, tenant_id: UUID, user: str, hash_name: HashName
) -> ScramVerifier:
    """Raises ``SealBroken``."""
    mechanism = _MECHANISMS[hash_name]
    return ScramVerifier.from_json(
        opened_verifier(box, ring, tenant_id=tenant_id, user=user, mechanism=mechanism)
    )
