"""What became of a schema, remembered while records of the same schema come."""

from collections.abc import Callable, Hashable
from typing import Any, Final, Generic, TypeVar

from connect.spi.schema import Schema

SCHEMAS_KEPT: Final = 16
"""As many as Kafka's transformations keep: a topic seldom has more than a few live schemas."""

T = TypeVar("T")


class SchemaCache(Generic[T]):
    """By identity: converters hand out one object for one schema, and comparing whole schemas for
    each record would cost more than most transformations.

    ``make`` is called with the schema and with whatever else it depends on, as a topic's name.
    """

    def __init__(self, make: Callable[..., T], kept_max: int = SCHEMAS_KEPT) -> None:
        self._make = make
        self._kept_max = kept_max
        # The schema itself is kept beside the result, so that its identity is not given away anew.
        self._kept: dict[tuple[Any, ...], tuple[Schema, T]] = {}

    def __call__(self, schema: Schema, *more: Hashable) -> T:
        key = (id(schema), *more)
        kept = self._kept.get(key)
        if kept is not None:
            return kept[1]
        made = self._make(schema, *more)
        if len(self._kept) >= self._kept_max:
            del self._kept[next(iter(self._kept))]
        self._kept[key] = (schema, made)
        return made
