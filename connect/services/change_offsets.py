"""How far a connector is, changed (KIP-875). Brokers keep that, so what these functions write to
PostgreSQL is the audit entry, and it comes after the deed. Nobody is held up meanwhile: whether the
connector was left alone is seen then."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from connect.asking import Ask
from connect.errors import NotStopped, OffsetsRefused
from connect.models import Connector
from connect.plugins import find_plugin
from connect.services.checked_config import hide
from connect.services.connector_rows import kept_secrets, lock_connector
from connect.sink_offsets import alter_sink_offsets, forget_sink_offsets
from connect.source_offsets import alter_source_offsets, source_offsets
from connect.spi.errors import ConnectError, DataError
from connect.spi.records import TopicPartition
from connect.states import GROUP_PREFIX, OFFSETS_TOPIC, Kind, State
from tenants import audit, scope
from tenants.errors import Conflict, Invalid, NotFound
from tenants.kept_tenants import begin_change

Json = dict[str, Any]


def change_source_offsets(
    *,
    tenant_id: UUID,
    by: str,
    name: str,
    ask: Ask,
    changes: Sequence[tuple[Json, Json | None]],
) -> None:
    """Have a stopped source go on from other places; None has it forget one.

    Raises ``NotFound``, ``NotStopped``, ``OffsetsRefused`` where the connector cannot make anything
    of them, ``Conflict`` when it was resumed meanwhile, ``Refusal`` and ``BrokersUnavailable``.
    """
    found = _stopped(tenant_id, name, Kind.SOURCE)
    _ask_connector(found, changes)
    _alter_source(ask, name, changes)
    _note(by, "connector.alter_offsets", found, count=len(changes))


def change_sink_offsets(
    *,
    tenant_id: UUID,
    by: str,
    name: str,
    ask: Ask,
    changes: Mapping[TopicPartition, int | None],
) -> None:
    """Have a stopped sink go on from other offsets; None has its group forget a partition.

    Raises ``NotFound``, ``NotStopped`` and ``Conflict``, and ``Refusal`` and
    ``BrokersUnavailable``.
    """
    found = _stopped(tenant_id, name, Kind.SINK)
    ask(lambda reader: alter_sink_offsets(reader, GROUP_PREFIX + name, changes))
    _note(by, "connector.alter_offsets", found, count=len(changes))


def reset_offsets(*, tenant_id: UUID, by: str, name: str, ask: Ask) -> None:
    """Have a stopped connector begin from the beginning. Raises as the others do."""
    found = _stopped(tenant_id, name, None)
    if found.kind == Kind.SOURCE:
        known = ask(lambda reader: source_offsets(reader, OFFSETS_TOPIC, name))
        changes = [(partition, None) for partition, _offset in known]
        _ask_connector(found, changes)
        if changes:
            _alter_source(ask, name, changes)
    else:
        ask(lambda reader: forget_sink_offsets(reader, GROUP_PREFIX + name))
    _note(by, "connector.reset_offsets", found, count=None)


def _stopped(tenant_id: UUID, name: str, kind: Kind | None) -> Connector:
    """Its row; it keeps its generation while it is stopped."""
    with scope.tenant(tenant_id):
        found = Connector.objects.filter(name=name).first()
    if found is None:
        raise NotFound(f"Connector {name} not found", name=name)
    if kind is not None and found.kind != kind:
        raise Invalid(f"connector {name!r} is a {found.kind}, and these are offsets of a {kind}")
    if found.state != State.STOPPED:
        raise NotStopped(name)
    return found


def _alter_source(ask: Ask, name: str, changes: Sequence[tuple[Json, Json | None]]) -> None:
    try:
        ask(lambda reader: alter_source_offsets(reader, OFFSETS_TOPIC, name, changes))
    except DataError as error:  # numbers that the topic's JSON has no room for
        raise OffsetsRefused(name, str(error)) from error


def _ask_connector(found: Connector, changes: Sequence[tuple[Json, Json | None]]) -> None:
    """A connector knows the form of its own partitions and offsets. Nothing is connected to.

    It is made of its config as its tasks are: with ``HIDDEN`` for a key or a header it would refuse
    its config, and every change with it.
    """
    plugin = find_plugin(found.plugin)
    if plugin is None:
        return  # Its plugin was taken away; what it left may still be tidied up.
    with scope.tenant(found.tenant_id):
        secrets = kept_secrets(found)
    try:
        connector = plugin.connector(plugin.definition.parse({**found.config, **secrets}))
        connector.alter_offsets(changes)
    except ConnectError as error:
        raise OffsetsRefused(found.name, hide(str(error), found.config, secrets)) from error


def _note(by: str, action: str, found: Connector, *, count: int | None) -> None:
    tenant_id, name = found.tenant_id, found.name
    detail = {} if count is None else {"partitions": count}
    with scope.tenant(tenant_id):
        begin_change(tenant_id)
        audit.record(tenant_id=tenant_id, by=by, action=action, object=name, detail=detail)
    with scope.tenant(tenant_id):
        now = lock_connector(name)
        if (now.id, now.generation) != (found.id, found.generation):
            raise Conflict(
                f"connector {name!r} was resumed or changed while its offsets were: it may have "
                "begun from the former ones. Stop it and change them again",
                name=name,
            )
