"""The verifiers that a SCRAM login is judged by. SCRAM users' are sealed at rest and in the image:
each is opened for the login that needs it, and nothing keeps it any longer than that."""

from dataclasses import dataclass
from typing import Literal, Protocol

from brokers.metadata.records import CredentialRecord, KeptVerifier, ScramVerifier

HashName = Literal["sha256", "sha512"]


@dataclass(frozen=True, slots=True)
class Unopened:
    """A verifier that this broker cannot open; ``reason`` is for its log."""

    reason: str


class Verifiers(Protocol):
    """Called on the event loop, so it does no I/O."""

    def opened(
        self, credential: CredentialRecord | None, hash_name: HashName
    ) -> ScramVerifier | Unopened | None:
        """None for nobody, and for a mechanism without a password. Takes the same work for all."""
        ...


class NothingSealed:
    """``Verifiers`` of a broker that is given no keys."""

    def opened(
        self, credential: CredentialRecord | None, hash_name: HashName
    ) -> ScramVerifier | Unopened | None:
        """As in ``Verifiers``."""
        kept = kept_verifier(credential, hash_name)
        if kept is None or isinstance(kept, ScramVerifier):
            return kept
        return Unopened("this broker has no keys to open verifiers with")


def kept_verifier(credential: CredentialRecord | None, hash_name: HashName) -> KeptVerifier | None:
    """What the image has."""
    if credential is None:
        return None
    return credential.scram_sha_256 if hash_name == "sha256" else credential.scram_sha_512
