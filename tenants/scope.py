"""Whose rows may be touched: denied by default, opened by a scope.

::

    with scope.tenant(tenant_id):              one tenant's rows
    with scope.operator(user):                 all rows, for a person who runs the service
    with scope.system("a reason to read"):     all rows, for brokers, tasks and sign-in

Entering a scope opens a transaction and tells PostgreSQL (``headwater.scope`` and
``headwater.tenant``, local to the transaction). Managers of tenant-owned models raise
``ScopeMissing`` without one; what slips past them (joins, raw SQL, querysets that outlive their
scope) meets row-level security, which reads the same two settings.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from django.db import connection, transaction


class ScopeMissing(Exception):
    """Rows of a tenant were asked for and nobody said whose: a mistake in the calling code."""


class ScopeConflict(Exception):
    """One tenant's scope was entered inside another tenant's: a mistake in the calling code."""


class Level(StrEnum):
    TENANT = "tenant"
    OPERATOR = "operator"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Scope:
    """``tenant_id`` is set at the level TENANT only; ``reason`` says who or why at the others."""

    level: Level
    tenant_id: UUID | None
    reason: str


_current: ContextVar[Scope | None] = ContextVar("headwater_scope", default=None)


def current() -> Scope:
    """The active scope. Raises ``ScopeMissing`` when there is none."""
    active = _current.get()
    if active is None:
        raise ScopeMissing(
            "rows of tenants were asked for outside any scope; enter scope.tenant(...), "
            "scope.operator(...) or scope.system(...) first"
        )
    return active


@contextmanager
def tenant(tenant_id: UUID | str) -> Iterator[None]:
    """Only this tenant's rows. Raises ``ScopeConflict`` inside another tenant's scope."""
    identifier = tenant_id if isinstance(tenant_id, UUID) else UUID(tenant_id)
    outer = _current.get()
    if outer is not None and outer.level is Level.TENANT and outer.tenant_id != identifier:
        raise ScopeConflict(f"scope of tenant {identifier} entered inside that of another tenant")
    with _entered(Scope(Level.TENANT, identifier, "")):
        yield


@contextmanager
def operator(login: str) -> Iterator[None]:
    """All rows, for the person who runs the service; ``login`` goes to the audit log."""
    with _entered(Scope(Level.OPERATOR, None, login)):
        yield


@contextmanager
def system(reason: str) -> Iterator[None]:
    """All rows, for what no tenant asked for or what must precede knowing the tenant."""
    with _entered(Scope(Level.SYSTEM, None, reason)):
        yield


@contextmanager
def _entered(entered: Scope) -> Iterator[None]:
    outer = _current.get()
    inside_transaction = connection.in_atomic_block
    with transaction.atomic():
        _tell_database(entered)
        token = _current.set(entered)
        try:
            yield
        finally:
            _current.reset(token)
        # Rolling back to a savepoint undoes the settings by itself; releasing one keeps them.
        if inside_transaction:
            _tell_database(outer)


def _tell_database(told: Scope | None) -> None:
    level = "" if told is None else told.level.value
    owner = "" if told is None or told.tenant_id is None else str(told.tenant_id)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('headwater.scope', %s, true),"
            " set_config('headwater.tenant', %s, true)",
            [level, owner],
        )
