"""Steps that the verbs on connectors have in common, inside the transaction of a verb."""

import hashlib
import re
from typing import Final
from uuid import UUID

from connect.models import Connector
from connect.moved_target import FormerConfig
from connect.sealing import unseal
from connect.states import GROUP_PREFIX, State
from tenants import scope
from tenants.errors import NotFound
from tenants.key_ring import opening_ring
from tenants.sealing import SealBroken

_SLUG_CHARACTERS_MAX: Final = 47
"""Of a connector's name, between the prefix and the mark: an account's has 64 characters."""


def lock_connector(name: str) -> Connector:
    """The connector of that name, in the tenant whose scope is active. Raises ``NotFound``."""
    found = Connector.objects.select_for_update(of=("self",)).filter(name=name).first()
    if found is None:
        raise NotFound(f"Connector {name} not found", name=name)
    return found


def former_config(connector: Connector) -> FormerConfig:
    """What a new config of the connector is held against."""
    return FormerConfig(connector.plugin, connector.config)


def kept_secrets(connector: Connector) -> dict[str, str]:
    """Its secrets in clear; none where they do not open any more: they can be given again."""
    try:
        return opened_secrets(connector)
    except SealBroken:
        return {}


def opened_secrets(connector: Connector) -> dict[str, str]:
    """Raises ``SealBroken``."""
    try:
        return unseal(connector.secrets, connector.id, opening_ring())
    except SealBroken:
        # Sealed anew since the row was read, maybe, and the former key is retired.
        with scope.tenant(connector.tenant_id):
            found = Connector.objects.filter(id=connector.id)
            sealed = found.values_list("secrets", flat=True).first()
        if sealed is None or sealed == connector.secrets:
            raise
        return unseal(sealed, connector.id, opening_ring())


def ask_for_tasks(connector: Connector) -> None:
    """Have a worker make its tasks anew, at once whatever has failed before. Not saved."""
    connector.configured_version = 0
    connector.generation += 1
    connector.configuring = False
    forget_failure(connector)


def forget_failure(connector: Connector) -> None:
    """Not saved."""
    connector.restarts = 0
    connector.next_restart_at = None
    connector.trace = ""
    if connector.state == State.FAILED:
        connector.state = State.UNASSIGNED


def account_names(tenant_id: UUID, name: str) -> tuple[str, str]:
    """What a connector's account is called, and what otherwise if somebody else is.

    An account's name has fewer characters to it than a connector's.
    """
    plain = GROUP_PREFIX + name
    mark = hashlib.sha256(f"{tenant_id}/{name}".encode()).hexdigest()[:8]
    slug = GROUP_PREFIX + re.sub(r"[^A-Za-z0-9._-]", "-", name)[:_SLUG_CHARACTERS_MAX]
    marked = f"{slug}-{mark}"
    return (plain if plain == slug else marked), marked
