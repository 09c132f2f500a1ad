"""How large a schema may be that somebody else wrote, found while it is read.

A text that refers to each of its types twice says, in thirty lines, a schema of a billion fields.
The reader shares what is shared; whoever goes through the schema afterwards, to flatten it, to make
a table or to write it in another format, goes through all of it.
"""

from typing import Final

from connect.spi.errors import DataError
from connect.spi.schema import Schema

TEXT_BYTES_MAX: Final = 1024 * 1024
"""Of a registered schema: as much as a registry's topic takes, unless Kafka is told otherwise."""
SCHEMAS_MAX: Final = 20_000
"""Of schemas within schemas, those that are referred to counted wherever they are."""
DEPTH_MAX: Final = 100
"""As deep as ``google.protobuf`` reads messages."""


class SchemaBounds:
    """Of the schemas of one document. Ask of each when it is made, those within it before."""

    def __init__(self) -> None:
        # The schema beside its numbers, so that its identity is not given away anew.
        self._known: dict[int, tuple[Schema, int, int]] = {}

    def checked(self, schema: Schema) -> Schema:
        """The same. Raises ``DataError`` for one that is too large."""
        schemas, depth = self._extent(schema)
        if schemas > SCHEMAS_MAX:
            raise DataError(f"the schema comes to more than {SCHEMAS_MAX} schemas, written out")
        if depth > DEPTH_MAX:
            raise DataError(f"the schema is more than {DEPTH_MAX} schemas deep")
        return schema

    def schemas_in(self, schema: Schema) -> int:
        """How many it is, written out."""
        return self._extent(schema)[0]

    def _extent(self, schema: Schema) -> tuple[int, int]:
        """How many schemas it is, and how deep."""
        known = self._known.get(id(schema))
        if known is not None:
            return known[1], known[2]
        within = [each.schema for each in schema.fields]
        within += [each for each in (schema.keys, schema.values) if each is not None]
        extents = [self._extent(each) for each in within]
        schemas = 1 + sum(count for count, _ in extents)
        depth = 1 + max((deep for _, deep in extents), default=0)
        self._known[id(schema)] = schema, schemas, depth
        return schemas, depth
