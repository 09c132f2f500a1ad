from connect.spi.schema import INT32, Field, Schema, struct
from connect.spi.schema_cache import SCHEMAS_KEPT, SchemaCache


def test_a_schema_is_updated_once_while_it_is_in_use() -> None:
    asked: list[Schema] = []

    def update(schema: Schema) -> Schema:
        asked.append(schema)
        return struct(Field("in", schema))

    cache = SchemaCache(update)
    schemas = [struct(Field(str(number), INT32)) for number in range(SCHEMAS_KEPT)]
    for _ in range(3):
        assert [cache(schema) for schema in schemas] == [
            struct(Field("in", schema)) for schema in schemas
        ]
    assert asked == schemas
    # One too many takes the place of the oldest.
    cache(INT32)
    cache(schemas[0])
    assert asked == [*schemas, INT32, schemas[0]]
