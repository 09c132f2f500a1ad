"""Finding plugins by name."""

import logging
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from connect.catalogue.built_in import BUILT_IN
from connect.catalogue.kinds import Kind
from connect.spi.connector import SinkConnector, SourceConnector
from connect.spi.errors import ConfigError

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Plugin:
    """One that can be had. ``names``: the first is the one that is shown."""

    kind: Kind
    names: tuple[str, ...]
    path: str

    @property
    def name(self) -> str:
        return self.names[0]

    def load(self) -> Any:
        """Its class."""
        module, _, name = self.path.partition(":")
        return getattr(import_module(module), name)


class UnknownPlugin(ConfigError):
    """There is none of that name."""


class Catalogue:
    """All plugins, by kind and by any of their names. Kafka's package and the word Connector may be
    left out of a class's name, as Kafka allows: ``FileStreamSource`` is its
    ``org.apache.kafka.connect.file.FileStreamSourceConnector``."""

    def __init__(self, plugins: Iterable[Plugin]) -> None:
        self._plugins: dict[Kind, dict[str, Plugin]] = {kind: {} for kind in Kind}
        for plugin in plugins:
            for name in plugin.names:
                for spelling in _spellings(name):
                    self._plugins[plugin.kind].setdefault(spelling, plugin)

    def all(self, *kinds: Kind) -> list[Plugin]:
        """By kind, then by name."""
        return [
            plugin
            for kind in kinds or tuple(Kind)
            for plugin in sorted(set(self._plugins[kind].values()), key=lambda each: each.name)
        ]

    def find(self, kind: Kind, name: str) -> Plugin:
        """Raises ``UnknownPlugin``."""
        plugin = self._plugins[kind].get(name.strip())
        if plugin is None:
            known = ", ".join(each.name for each in self.all(kind))
            raise UnknownPlugin(f"There is no {kind.value} {name!r}; there are {known}.")
        return plugin

    def connector(self, name: str) -> Plugin:
        """A source or a sink. Raises ``UnknownPlugin``."""
        for kind in (Kind.SOURCE, Kind.SINK):
            plugin = self._plugins[kind].get(name.strip())
            if plugin is not None:
                return plugin
        known = ", ".join(each.name for each in self.all(Kind.SOURCE, Kind.SINK))
        raise UnknownPlugin(f"There is no connector {name!r}; there are {known}.")


_SUFFIXES = ("Connector", "Converter")


def _spellings(name: str) -> Iterator[str]:
    yield name
    if "." in name:
        short = name.rpartition(".")[2]
        yield short
        for suffix in _SUFFIXES:
            if short.endswith(suffix) and short != suffix:
                yield short.removesuffix(suffix)


@cache
def catalogue() -> Catalogue:
    """What is built in, and what installed packages offer; read once in a process."""
    return Catalogue([*_built_in(BUILT_IN), *_installed()])


def _built_in(listed: Mapping[Kind, Mapping[str, tuple[str, ...]]]) -> Iterator[Plugin]:
    for kind, plugins in listed.items():
        for path, names in plugins.items():
            yield Plugin(kind, names, path)


def _installed() -> Iterator[Plugin]:
    # Read once for all groups: what each package offers is in a file of its own.
    offered = entry_points()
    for group in dict.fromkeys(kind.entry_points for kind in Kind):
        for entry in offered.select(group=group):
            try:
                yield _offered(entry)
            except Exception:
                # Whatever a stranger's package does when it is imported: the others are there.
                log.exception("the plugin %s of %s is left out", entry.name, entry.value)


def _offered(entry: EntryPoint) -> Plugin:
    """Imported at once: only the class knows of which kind it is."""
    loaded = entry.load()
    names = (entry.name, *(each for each in getattr(loaded, "aliases", ()) if each != entry.name))
    return Plugin(_kind(entry.group, loaded), names, entry.value.replace(" ", ""))


def _kind(group: str, loaded: Any) -> Kind:
    if group == Kind.SOURCE.entry_points:
        if issubclass(loaded, SourceConnector):
            return Kind.SOURCE
        if issubclass(loaded, SinkConnector):
            return Kind.SINK
        raise TypeError(f"{loaded!r} is neither a SourceConnector nor a SinkConnector")
    if group == Kind.CONVERTER.entry_points:
        is_for_headers = getattr(loaded, "is_for_headers", False)
        return Kind.HEADER_CONVERTER if is_for_headers else Kind.CONVERTER
    return Kind.TRANSFORM if group == Kind.TRANSFORM.entry_points else Kind.PREDICATE
