"""Schemas of a registry by their ids: what each has become, or why it is of no use.

An id means the same schema for ever, so a schema that cannot be read is not asked for again either:
a topic full of its records would cost a request and a reading each.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from connect.converters.registry import RegisteredSchema, SchemaRegistry
from connect.converters.schema_bounds import TEXT_BYTES_MAX
from connect.spi.errors import DataError

KEPT_MAX: Final = 1_000
"""Schemas that are remembered."""
TEXT_KEPT_BYTES_MAX: Final = 2 * TEXT_BYTES_MAX
"""And of their texts: what becomes of a byte of one may take 30 bytes of memory."""
_SAID_MAX: Final = 1_000
"""Characters of what is said of one that is of no use: it may repeat the schema."""

_NOT_ONE: Final = (ValueError, TypeError, KeyError, AttributeError, OverflowError)
"""What libraries raise for a text that has what no schema has in that place."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Kept(Generic[T]):
    made: T | None
    refusal: str
    size: int


class KnownSchemas(Generic[T]):
    """Those of one type (AVRO, JSON or PROTOBUF); ``read`` makes something of a text."""

    def __init__(self, type_: str, read: Callable[[str], T]) -> None:
        self._type = type_
        self._read = read
        self._kept: dict[int, _Kept[T]] = {}
        self._kept_bytes = 0

    def of(self, registry: SchemaRegistry, schema_id: int) -> T:
        """Raises what the registry raises, and ``DataError``, which names the schema."""
        kept = self._kept.get(schema_id)
        if kept is None:
            kept = self._judged(registry.by_id(schema_id), schema_id)
            self._keep(schema_id, kept)
        if kept.made is None:
            raise DataError(kept.refusal)
        return kept.made

    def _judged(self, registered: RegisteredSchema, schema_id: int) -> _Kept[T]:
        size = len(registered.text)
        try:
            self._check(registered)
            return _Kept(self._read(registered.text), "", size)
        except DataError as error:
            said = str(error)
        except RecursionError:
            said = "it is nested too deeply"
        except _NOT_ONE as error:
            said = f"it is no schema: {error}"
        if len(said) > _SAID_MAX:
            said = f"{said[: _SAID_MAX // 2]} ... {said[-_SAID_MAX // 2 :]}"
        return _Kept(None, f"schema {schema_id}: {said}", 0)

    def _check(self, registered: RegisteredSchema) -> None:
        if registered.type != self._type:
            raise DataError(f"it is of type {registered.type}, not {self._type}")
        if registered.references:
            names = ", ".join(each.name for each in registered.references)
            raise DataError(f"it refers to others ({names}), which is not supported")
        if len(registered.text) > TEXT_BYTES_MAX:
            raise DataError(f"its text has more than {TEXT_BYTES_MAX} characters")

    def _keep(self, schema_id: int, kept: _Kept[T]) -> None:
        """The one that was kept first goes."""
        self._kept[schema_id] = kept
        self._kept_bytes += kept.size
        while len(self._kept) > KEPT_MAX or self._kept_bytes > TEXT_KEPT_BYTES_MAX:
            oldest = next(iter(self._kept))
            self._kept_bytes -= self._kept.pop(oldest).size
