"""How a connection to a database is secured: modes as PostgreSQL's libpq names them, the
authorities whose certificates are trusted, and the certificate that the client is known by, as PEM
text in the configuration.

Source: PostgreSQL's manual, "SSL Support", table "SSL Mode Descriptions".
"""

import ssl
from dataclasses import dataclass, field
from typing import Any, Final

from connect.connectors.pem import pem_file, pem_text
from connect.spi.config import Password
from connect.spi.errors import ConfigError

SSL_MODES: Final = ("disable", "prefer", "require", "verify-ca", "verify-full")
VERIFYING: Final = frozenset({"verify-ca", "verify-full"})
_DEMANDING: Final = VERIFYING | {"require"}
"""No byte of the login goes over a connection without TLS."""
_BEGINNING: Final = "-----BEGIN CERTIFICATE-----"


@dataclass(frozen=True, slots=True)
class ClientCertificate:
    """What a server knows the client by, in PEM form; ``chain`` begins with the client's own."""

    chain: str
    key: str = field(repr=False)


def ssl_mode(
    name: str, given: str | None, authorities: str | None, certificate: ClientCertificate | None
) -> str:
    """What is done about TLS: one of ``SSL_MODES``.

    Whoever names authorities wants the server verified, and whoever has a certificate wants to be
    asked for it. So nothing said beside them is ``verify-full``, and what would go on without TLS
    is refused; with ``prefer`` libpq would do so after a certificate that does not verify. With
    authorities ``require`` is ``verify-ca``, as libpq has it.

    Args:
        name: of the setting, for the message.
        given: lower case; None when nothing was said.
        authorities: certificates in PEM form.

    Raises:
        ConfigError: authorities or a certificate, and a mode that demands no TLS.
    """
    if not authorities and certificate is None:
        return given or "prefer"
    if given is not None and given not in _DEMANDING:
        wanted = (
            "authorities are given to verify the server with"
            if authorities
            else "a certificate is given to log in with"
        )
        raise ConfigError(
            f"Invalid value {given} for configuration {name}: {wanted}, and this mode goes on "
            "without TLS; verify-full checks the server's certificate and name"
        )
    return "verify-ca" if given == "require" and authorities else given or "verify-full"


def client_certificate(
    chain_name: str, chain: str | None, key_name: str, key: Password | None
) -> ClientCertificate | None:
    """The certificate and its key; None where neither is given.

    Raises:
        ConfigError: one without the other, or two that do not belong together. The message has
            nothing of them.
    """
    if not chain and not key:
        return None
    if not chain or not key:
        missing, other = (chain_name, key_name) if key else (key_name, chain_name)
        raise ConfigError(f"{other} needs {missing}: a certificate and its key go together")
    found = ClientCertificate(pem_text(chain), pem_text(key.secret))
    try:
        present(found, ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
    except (ssl.SSLError, ValueError) as error:
        # OpenSSL's codes are letters and say nothing of what is in the key.
        why = getattr(error, "reason", None) or "they cannot be read"
        raise _invalid(key_name, f"not the key of the certificate {chain_name}: {why}") from None
    return found


def present(certificate: ClientCertificate, context: ssl.SSLContext) -> None:
    """Have connections of ``context`` show the certificate where the server asks for one."""
    with pem_file(certificate.chain) as chain, pem_file(certificate.key) as key:
        # Without a password of ours OpenSSL would ask for one at the terminal.
        context.load_cert_chain(chain, key, password="")


def certificates(name: str, value: Any) -> None:
    """A validator for certificates in PEM form. Raises ``ConfigError``, without the text: somebody
    may have pasted a key."""
    if not value:
        return
    if "PRIVATE KEY" in value:
        raise _invalid(name, "a private key is in it, where everybody may read; certificates alone")
    if _BEGINNING not in value:
        raise _invalid(name, f"not certificates in PEM form, which begin with {_BEGINNING}")
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cadata=pem_text(value))
    except (ssl.SSLError, ValueError) as error:
        raise _invalid(name, f"certificates in PEM form that cannot be read: {error}") from None


def private_key(name: str, value: Any) -> None:
    """A validator for a key in PEM form. Raises ``ConfigError``, without the text."""
    if not value:
        return
    if "PRIVATE KEY-----" not in value:
        raise _invalid(name, "not a private key in PEM form")
    if "ENCRYPTED" in value:
        raise _invalid(
            name,
            "a key that a password opens; give it without (openssl pkey), it is kept as a secret",
        )


def _invalid(name: str, why: str) -> ConfigError:
    return ConfigError(f"Invalid value for configuration {name}: {why}")
