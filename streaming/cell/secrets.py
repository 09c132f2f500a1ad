"""The secrets of one deployment: made once, kept in ``secrets.json`` (mode 0600), never printed."""

import base64
import secrets as random_secrets
from dataclasses import asdict, dataclass
from pathlib import Path

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from streaming.cell.secret_file import read_document, write_document


@dataclass(frozen=True, slots=True, repr=False)
class Secrets:
    """What a process must know and nobody else may.

    ``edge_token_key`` is an Ed25519 private key (PEM, PKCS 8): the edge signs its tokens for the
    brokers' internal listener with it, and the brokers verify them with its public half.
    """

    secret_key: str
    verifier_pepper: str
    edge_token_key: str
    database_superuser_password: str
    database_owner_password: str
    database_service_password: str
    redis_password: str

    @property
    def edge_token_public_key(self) -> str:
        """The public half of ``edge_token_key``, PEM (SubjectPublicKeyInfo)."""
        private = serialization.load_pem_private_key(self.edge_token_key.encode(), password=None)
        return (
            private.public_key()
            .public_bytes(
                serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
            )
            .decode()
        )

    @property
    def session_key(self) -> str:
        """Django's ``SECRET_KEY``: what signs sessions is not what all else is derived from."""
        return _expand(self.secret_key, "django").hex()

    @property
    def broker_token_key(self) -> bytes:
        """What brokers sign the tokens with by which they log in to each other."""
        return _expand(self.secret_key, "broker token")

    @property
    def first_connector_key(self) -> bytes:
        """256 bits that connectors' secrets and SCRAM users' verifiers are sealed with until
        another key is made."""
        return _expand(self.secret_key, "connector secrets")

    @property
    def first_authority_seed(self) -> bytes:
        """What the authority of internal certificates is made of until another one is added."""
        return _expand(self.secret_key, "internal authority")


def generate() -> Secrets:
    """Fresh secrets of 256 bits each."""
    return derive(random_secrets.token_urlsafe(32))


def derive(secret_key: str) -> Secrets:
    """All secrets of a deployment out of one, by HKDF-SHA-256 (RFC 5869), one label each.

    Processes on several hosts that are given the same ``HEADWATER_SECRET_KEY`` agree on the rest.
    """

    def text(label: str) -> str:
        return base64.urlsafe_b64encode(_expand(secret_key, label)).decode().rstrip("=")

    edge_key = Ed25519PrivateKey.from_private_bytes(_expand(secret_key, "edge token"))
    return Secrets(
        secret_key=secret_key,
        verifier_pepper=text("verifier pepper"),
        edge_token_key=edge_key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ).decode(),
        database_superuser_password=text("database superuser"),
        database_owner_password=text("database owner"),
        database_service_password=text("database service"),
        redis_password=text("redis"),
    )


def _expand(secret_key: str, label: str) -> bytes:
    kdf = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=label.encode())
    return kdf.derive(secret_key.encode())


def read(path: Path) -> Secrets | None:
    """The secrets in ``path``; None when there is no such file.

    Raises ``ValueError`` when the file is not what ``write`` made.
    """
    document = read_document(path)
    if document is None:
        return None
    # They change: see ``connector_keys.py`` and ``internal_authorities.py``.
    for changing in ("connector_keys", "internal_authorities"):
        document.pop(changing, None)
    try:
        return Secrets(**document)
    except TypeError as error:
        raise ValueError(f"{path} is not a secrets file of this release: {error}") from error


def write(path: Path, secrets: Secrets) -> None:
    """Write the file whole or not at all, readable by its owner only."""
    write_document(path, asdict(secrets))
