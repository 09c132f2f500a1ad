"""``connectors --offsets``: how far a connector is, and setting it."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings

from connect.asking import Ask
from connect.cli.files import offsets_of
from connect.forms.bodies import sink_changes
from connect.forms.documents import sink_offset_document
from connect.selectors.connectors import connector_info
from connect.selectors.offsets import sink_positions, source_positions
from connect.services.change_offsets import (
    change_sink_offsets,
    change_source_offsets,
    reset_offsets,
)
from connect.states import Kind
from streaming.cli.asking import asking
from streaming.cli.identity import administrator_of
from streaming.records.identity import ADMINISTER, READ, WRITE
from streaming.rest.body import InvalidBody
from tenants.cli.answer import Answer, Table
from tenants.cli.confirmation import confirm
from tenants.cli.failures import UsageProblem
from tenants.cli.tenant_choice import operator
from tenants.models import Tenant

Json = dict[str, Any]


def offsets(tenant: Tenant, options: Mapping[str, Any]) -> Answer:
    """Raises ``NotFound``, ``NotStopped`` and ``OffsetsRefused``."""
    name = options["connector"]
    kind = connector_info(tenant.id, name).kind
    identity = administrator_of(tenant.name, READ, WRITE, ADMINISTER)
    with asking(settings.HEADWATER, identity) as asker:
        return _asked(tenant, kind, asker.ask, options)


def _asked(tenant: Tenant, kind: Kind, ask: Ask, options: Mapping[str, Any]) -> Answer:
    name = options["connector"]
    before = _positions(ask, kind, name)
    if options["set_offsets"] is None and not options["reset"]:
        return _answer(tenant, name, before, changed=False)
    wanted = [] if options["reset"] else offsets_of(options["set_offsets"])
    what = "begin from the beginning" if options["reset"] else f"go on elsewhere in {len(wanted)}"
    if options["dry_run"]:
        partitions = before if options["reset"] else [_document(each) for each in wanted]
        return _answer(tenant, name, partitions, changed=False)
    confirm(options, f"has connector {name} {what}", name)
    if options["reset"]:
        reset_offsets(tenant_id=tenant.id, by=operator(), name=name, ask=ask)
    elif kind is Kind.SINK:
        change_sink_offsets(
            tenant_id=tenant.id, by=operator(), name=name, ask=ask, changes=_of_sink(wanted)
        )
    else:
        changes = [(each.partition, each.offset) for each in wanted]
        change_source_offsets(
            tenant_id=tenant.id, by=operator(), name=name, ask=ask, changes=changes
        )
    return _answer(tenant, name, _positions(ask, kind, name), changed=True)


def _positions(ask: Ask, kind: Kind, name: str) -> list[Json]:
    if kind is Kind.SOURCE:
        return [
            {"partition": partition, "offset": offset}
            for partition, offset in source_positions(ask, name)
        ]
    committed = sink_positions(ask, name)
    return [
        sink_offset_document(each, committed[each])
        for each in sorted(committed, key=lambda each: (each.topic, each.partition))
    ]


def _of_sink(wanted: Any) -> Any:
    try:
        return sink_changes(wanted)
    except InvalidBody as error:
        raise UsageProblem(f"--set-offsets: {error}.") from error


def _document(change: Any) -> Json:
    return {"partition": change.partition, "offset": change.offset}


def _answer(tenant: Tenant, name: str, positions: list[Json], *, changed: bool) -> Answer:
    document = {
        "tenant": tenant.name, "connector": name, "offsets": positions, "changed": changed
    }  # fmt: skip
    rows = tuple((_words(each["partition"]), _words(each["offset"])) for each in positions)
    return Answer(document, (Table(("PARTITION", "OFFSET"), rows),))


def _words(part: Json | None) -> str | None:
    return None if part is None else " ".join(f"{key}={value}" for key, value in part.items())
