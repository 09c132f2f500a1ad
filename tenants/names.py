"""What may be called what: tenants, people, service accounts. Pure."""

import re
from typing import Final

from tenants.errors import Invalid

TENANT_NAME: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
LOGIN: Final = re.compile(r"[a-z0-9][a-z0-9._@+-]{0,149}")
SERVICE_ACCOUNT_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")

ADMINISTRATOR_NAME: Final = "tenant-admin"
SYSTEM_TENANT_NAME: Final = "headwater-system"
RESERVED_PREFIX: Final = "headwater"
RESERVED_PRINCIPALS: Final = frozenset({ADMINISTRATOR_NAME, "anonymous", "system", "operator"})
"""``User:ANONYMOUS`` is Kafka's word for nobody; the others are ours."""

ADMINISTRATOR_PRINCIPAL: Final = f"User:{ADMINISTRATOR_NAME}"


def person_principal(login: str) -> str:
    """A person's principal; the ``@`` keeps it apart from every service account's."""
    return f"User:@{login}"


def login_at(tenant: str, name: str) -> str:
    """The login of somebody whom the tenant made known to the service: ``NAME@TENANT``.

    Only invitations of that tenant make such logins, so that one is in use says nothing of others.
    Raises ``Invalid``.
    """
    login = f"{name.lower()}@{tenant}"
    if "@" in name:
        raise Invalid(f"leave out the @: the login will be NAME@{tenant}", login=name)
    check_login(login)
    return login


def check_tenant_name(name: str) -> None:
    """Raises ``Invalid`` unless a customer's tenant may have this name."""
    if not TENANT_NAME.fullmatch(name):
        raise Invalid(
            f"{name!r} cannot name a tenant; use 1 to 63 of a-z, 0-9 and '-', with a letter or "
            "digit at both ends",
            name=name,
        )
    if name.startswith(RESERVED_PREFIX):
        raise Invalid(
            f"{name!r} cannot name a tenant: names that begin with {RESERVED_PREFIX!r} are the "
            "service's own",
            name=name,
        )


def check_login(login: str) -> None:
    """Raises ``Invalid`` unless a person may sign in under this name (lower case)."""
    if not LOGIN.fullmatch(login):
        raise Invalid(
            f"{login!r} cannot be a login; use 1 to 150 of a-z, 0-9 and . _ @ + -, with a letter "
            "or digit first",
            login=login,
        )


def check_service_account_name(name: str) -> None:
    """Raises ``Invalid`` unless a service account may be the principal ``User:NAME``."""
    if not SERVICE_ACCOUNT_NAME.fullmatch(name):
        raise Invalid(
            f"{name!r} cannot name a service account; use 1 to 64 of a-z, A-Z, 0-9 and . _ -, with "
            "a letter or digit first",
            name=name,
        )
    if name.lower() in RESERVED_PRINCIPALS or name.lower().startswith(RESERVED_PREFIX):
        raise Invalid(
            f"{name!r} cannot name a service account: the principal User:{name} is reserved",
            name=name,
        )
