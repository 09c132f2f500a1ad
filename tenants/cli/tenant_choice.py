"""Which tenant a command is about, and in whose name it acts."""

import getpass
from collections.abc import Sequence

from tenants.cli.failures import UsageProblem
from tenants.models import Tenant
from tenants.selectors.tenants import list_tenants, tenant_by_name

DEMO_TENANT = "demo"


def operator() -> str:
    """Who is at the keyboard, for the audit log; who may read the data folder is an operator."""
    try:
        return f"{getpass.getuser()} (command line)"
    except (KeyError, OSError):
        # An account without a name, as containers have them.
        return "command line"


def chosen_tenant(name: str | None) -> Tenant:
    """The tenant of that name; without one the only tenant, or ``demo`` where that exists.

    Raises ``NotFound`` when the named one is absent, ``UsageProblem`` when none is named and none
    is obvious.
    """
    if name is not None:
        return tenant_by_name(name)
    tenants = {tenant.name: tenant for tenant in list_tenants() if tenant.active}
    return tenants[obvious(list(tenants))]


def obvious(names: Sequence[str]) -> str:
    """The one tenant that a command without ``--tenant`` can only mean. Raises ``UsageProblem``."""
    if len(names) == 1:
        return names[0]
    if DEMO_TENANT in names:
        return DEMO_TENANT
    if not names:
        raise UsageProblem("there is no tenant yet; `tenants --create --tenant NAME` makes one.")
    raise UsageProblem(f"which tenant? Give --tenant with one of: {', '.join(names)}.")
