"""The catalogue with Kafka's file connectors in the place of its connectors."""

from connect.catalogue import Catalogue, Kind, Plugin, catalogue
from tests.connect.rest.file_plugin import FileSink, FileSource

_OTHERS = [kind for kind in Kind if kind not in (Kind.SOURCE, Kind.SINK)]


def with_file_plugins() -> Catalogue:
    """Converters, transforms and predicates are the real ones."""
    connectors = [_plugin(Kind.SOURCE, FileSource), _plugin(Kind.SINK, FileSink)]
    return Catalogue([*connectors, *catalogue().all(*_OTHERS)])


def _plugin(kind: Kind, connector: type[FileSource] | type[FileSink]) -> Plugin:
    names = (connector.name, *connector.aliases)
    return Plugin(kind, names, f"{connector.__module__}:{connector.__name__}")
