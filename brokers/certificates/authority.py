"""An authority of one deployment, and what it issues: X.509 (RFC 5280) with Ed25519 (RFC 8410).

The authority is made of 32 random bytes, so that processes which have them agree on its
certificate without passing that around. The certificate has no end: an authority ends when it is
taken out of the ring (``ring.py``).
"""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from brokers.certificates.holder import DOMAIN, Holder

SEED_BYTES: Final = 32
LEAF_SECONDS: Final = 24 * 3600
"""What was stolen of a process is worth nothing after it; issuing costs half a millisecond."""
CLOCK_SKEW_SECONDS: Final = 3600
"""A leaf begins so long before it was issued, for those whose clock is behind."""

_BEGIN: Final = datetime(2025, 1, 1, tzinfo=UTC)
_NO_END: Final = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
"""RFC 5280 section 4.1.2.5: of a certificate that has no expiration date."""


@dataclass(frozen=True, slots=True, repr=False)
class Leaf:
    """PEM of a certificate and of its key, and when it ends, in seconds of the wall clock."""

    certificate: bytes
    key: bytes
    ends_s: float


@dataclass(frozen=True)
class Authority:
    """Trusted as soon as it is known; issues from ``issues_from_s`` on, of the wall clock."""

    seed: bytes
    issues_from_s: int

    def __repr__(self) -> str:
        return f"Authority({self.name})"

    @cached_property
    def name(self) -> str:
        """What people call it; tells nothing of the key."""
        return hashlib.sha256(self._public_bytes).hexdigest()[:12]

    @cached_property
    def certificate(self) -> bytes:
        """PEM; the same in every process."""
        serial = int.from_bytes(hashlib.sha256(self._public_bytes).digest()[:16]) | 1
        made = (
            _builder(self._subject, self._subject, self._key.public_key())
            .serial_number(serial)
            .not_valid_before(_BEGIN)
            .not_valid_after(_NO_END)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_key_usage(signs_certificates=True), critical=True)
            .add_extension(x509.NameConstraints([x509.DNSName(DOMAIN)], None), critical=True)
            .sign(self._key, None)
        )
        return made.public_bytes(serialization.Encoding.PEM)

    def issue(self, holder: Holder, now_s: float) -> Leaf:
        """A fresh key, and a certificate for it of ``LEAF_SECONDS`` from ``now_s`` on."""
        key = Ed25519PrivateKey.generate()
        now = datetime.fromtimestamp(now_s, UTC)
        ends = now + timedelta(seconds=LEAF_SECONDS)
        usages = [ExtendedKeyUsageOID.CLIENT_AUTH]
        if holder.serves:
            usages.append(ExtendedKeyUsageOID.SERVER_AUTH)
        names = [x509.DNSName(name) for name in holder.names]
        made = (
            _builder(_common_name(holder.names[0]), self._subject, key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(seconds=CLOCK_SKEW_SECONDS))
            .not_valid_after(ends)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_key_usage(signs_certificates=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage(usages), critical=True)
            .add_extension(x509.SubjectAlternativeName(names), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()),
                critical=False,
            )
            .sign(self._key, None)
        )
        pem = made.public_bytes(serialization.Encoding.PEM)
        return Leaf(pem, _private_pem(key), ends.timestamp())

    @cached_property
    def _key(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.seed)

    @cached_property
    def _public_bytes(self) -> bytes:
        return self._key.public_key().public_bytes_raw()

    @cached_property
    def _subject(self) -> x509.Name:
        return _common_name(f"Headwater internal authority {self.name}")


def _builder(
    subject: x509.Name, issuer: x509.Name, key: Ed25519PublicKey
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _common_name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _key_usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=False,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _private_pem(key: Ed25519PrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
