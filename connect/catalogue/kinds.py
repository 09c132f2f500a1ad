"""Kinds of plugins."""

from enum import Enum


class Kind(Enum):
    """The values are Kafka Connect's, as ``/connector-plugins`` says them."""

    SOURCE = "source"
    SINK = "sink"
    CONVERTER = "converter"
    HEADER_CONVERTER = "header_converter"
    TRANSFORM = "transformation"
    PREDICATE = "predicate"

    @property
    def entry_points(self) -> str:
        """The group of entry points in which installed packages offer such plugins."""
        return _GROUPS[self]


_GROUPS = {
    Kind.SOURCE: "headwater.connectors",
    Kind.SINK: "headwater.connectors",
    Kind.CONVERTER: "headwater.converters",
    Kind.HEADER_CONVERTER: "headwater.converters",
    Kind.TRANSFORM: "headwater.transforms",
    Kind.PREDICATE: "headwater.predicates",
}
