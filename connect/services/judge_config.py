from collections.abc import Mapping
from dataclasses import dataclass, replace
from uuid import UUID

from connect.models import Connector
from connect.moved_target import moved_secrets
from connect.plugins import Plugin
from connect.services.checked_config import hide, missing_secrets
from connect.services.connector_rows import former_config, kept_secrets
from connect.spi.config import ConfigDef, ConfigValue
from connect.states import HIDDEN
from tenants import scope

Faults = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Judgement:
    """``values`` are in clear; those of ``secret`` names are nobody's to read. ``faults`` are what
    more is wrong, as (key, sentence)."""

    definition: ConfigDef
    values: list[ConfigValue]
    secret: frozenset[str]
    faults: Faults


def judge_config(
    *, tenant_id: UUID, name: str, plugin: Plugin, config: Mapping[str, str]
) -> Judgement:
    """What is wrong with ``config`` for the connector ``name``, which need not be there. Writes
    nothing.

    ``HIDDEN`` is judged by the secret that it stands for, as it is when the config is kept; no
    sentence has that in it. One that stands for none, or would be sent elsewhere, is a fault.
    """
    with scope.tenant(tenant_id):
        found = Connector.objects.filter(name=name).first()
        kept = {} if found is None else kept_secrets(found)
        missing = missing_secrets(config, kept)
        moved = [] if found is None else moved_secrets(plugin, former_config(found), config)
    used = {key: kept[key] for key, value in config.items() if value == HIDDEN and key in kept}
    clear = {**config, **used}
    without = {key for key, _sentence in missing}
    definition = plugin.definition_for(clear)
    values = [
        # Of what stands for nothing there is no more to say.
        replace(value, errors=())
        if value.name in without
        else replace(value, errors=tuple(hide(said, config, kept) for said in value.errors))
        for value in definition.validate(clear)
    ]
    faults = missing + [fault for fault in moved if fault[0] not in without]
    # In a form the name may come last.
    if not faults and not any(value.errors for value in values if value.name != "name"):
        named = {**clear, "name": name or "unnamed"}
        faults = [(key, hide(said, config, kept)) for key, said in plugin.contradictions(named)]
    secret = frozenset({*plugin.secret_names(clear), *used, *without})
    return Judgement(definition, values, secret, faults)
