"""What a tenant may build connectors of: the catalogue as plain values."""

from dataclasses import dataclass
from typing import Final

from connect import catalogue
from connect.catalogue import Kind, Plugin, UnknownPlugin
from connect.plugins import find_plugin
from connect.spi.config import ConfigDef

_CONNECTORS: Final = (Kind.SOURCE, Kind.SINK)
_OTHERS: Final = (Kind.CONVERTER, Kind.HEADER_CONVERTER, Kind.TRANSFORM, Kind.PREDICATE)


@dataclass(frozen=True, slots=True)
class PluginEntry:
    """``kind`` in Kafka Connect's word; ``exactly_once`` is None for what is no source."""

    name: str
    kind: str
    version: str
    title: str
    doc: str
    aliases: tuple[str, ...]
    exactly_once: bool | None


def connector_plugins() -> list[PluginEntry]:
    """Sources, then sinks, each by name."""
    return [_entry(plugin) for plugin in catalogue.catalogue().all(*_CONNECTORS)]


def all_plugins() -> list[PluginEntry]:
    """Connectors, then what they use, by kind and name."""
    return connector_plugins() + [_entry(plugin) for plugin in catalogue.catalogue().all(*_OTHERS)]


def definition_of(name: str) -> ConfigDef | None:
    """What a plugin of any kind can be configured with; None where there is none of that name."""
    connector = find_plugin(name)
    if connector is not None:
        definition: ConfigDef = connector.definition
        return definition
    for kind in _OTHERS:
        try:
            found = catalogue.catalogue().find(kind, name).load()
        except UnknownPlugin:
            continue
        return getattr(found, "config", ConfigDef())
    return None


def _entry(plugin: Plugin) -> PluginEntry:
    loaded = plugin.load()
    return PluginEntry(
        name=plugin.name,
        kind=plugin.kind.value,
        version=getattr(loaded, "version", ""),
        title=getattr(loaded, "title", plugin.name),
        doc=getattr(loaded, "doc", ""),
        aliases=plugin.names[1:],
        exactly_once=loaded.exactly_once if plugin.kind is Kind.SOURCE else None,
    )
