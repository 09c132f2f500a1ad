"""What became of a schema, remembered while records of the same schema come."""

from collections.abc import Callable
from typing import Final

from connect.spi.schema import Schema

SCHEMAS_KEPT: Final = 16
"""As many as Kafka's transformations keep: a topic seldom has more than a few live schemas."""


class SchemaCache:
    """By identity: converters hand out one object for one schema, and comparing whole schemas for
    each record would cost more than most transformations."""

    def __init__(self, update: Callable[[Schema], Schema]) -> None:
        self._update = update
        # The schema itself is kept beside the result, so that its identity is not given away anew.
        self._kept: dict[int, tuple[Schema, Schema]] = {}

    def __call__(self, schema: Schema) -> Schema:
        kept = self._kept.get(id(schema))
        if kept is not None:
            return kept[1]
        updated = self._update(schema)
        if len(self._kept) >= SCHEMAS_KEPT:
            del self._kept[next(iter(self._kept))]
        self._kept[id(schema)] = (schema, updated)
        return updated
