"""How a connection to a database is secured: modes as PostgreSQL's libpq names them, and the
authorities whose certificates are trusted, as PEM text in the configuration. Pure.

Source: PostgreSQL's manual, "SSL Support", table "SSL Mode Descriptions".
"""

import ssl
from typing import Any, Final

from connect.spi.errors import ConfigError

SSL_MODES: Final = ("disable", "prefer", "require", "verify-ca", "verify-full")
VERIFYING: Final = frozenset({"verify-ca", "verify-full"})
_DEMANDING: Final = VERIFYING | {"require"}
"""No byte of the login goes over a connection without TLS."""
_BEGINNING: Final = "-----BEGIN CERTIFICATE-----"


def ssl_mode(name: str, given: str | None, authorities: str | None) -> str:
    """What is done about TLS: one of ``SSL_MODES``.

    Whoever names authorities wants the server verified. So nothing said beside them is
    ``verify-full``, ``require`` is ``verify-ca`` (as libpq has it), and what would go on without
    TLS is refused; with ``prefer`` libpq would do so after a certificate that does not verify.

    Args:
        name: of the setting, for the message.
        given: lower case; None when nothing was said.
        authorities: certificates in PEM form.

    Raises:
        ConfigError: authorities, and a mode that demands no TLS.
    """
    if not authorities:
        return given or "prefer"
    if given is not None and given not in _DEMANDING:
        raise ConfigError(
            f"Invalid value {given} for configuration {name}: authorities are given to verify the "
            "server with, and this mode goes on without TLS; verify-full checks the server's "
            "certificate and name"
        )
    return "verify-ca" if given == "require" else given or "verify-full"


def certificates(name: str, value: Any) -> None:
    """A validator for authorities in PEM form. Raises ``ConfigError``, without the text: somebody
    may have pasted a key."""
    if not value:
        return
    if "PRIVATE KEY" in value:
        raise _invalid(name, "a private key is in it; the authorities' certificates alone are")
    if _BEGINNING not in value:
        raise _invalid(name, f"not certificates in PEM form, which begin with {_BEGINNING}")
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cadata=value)
    except (ssl.SSLError, ValueError) as error:
        raise _invalid(name, f"certificates in PEM form that cannot be read: {error}") from None


def _invalid(name: str, why: str) -> ConfigError:
    return ConfigError(f"Invalid value for configuration {name}: {why}")
