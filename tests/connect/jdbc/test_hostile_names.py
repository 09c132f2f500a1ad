"""Names of tables and columns are a stranger's text: whoever writes records chooses them, and no
text becomes a statement."""

import pytest
import sqlalchemy as sa

from connect.spi.errors import ConnectError
from connect.spi.schema import INT64, OPTIONAL_STRING, Field, struct
from tests.connect.harness import sink_record
from tests.connect.jdbc.test_jdbc_sink import closed as closed_sinks  # noqa: F401
from tests.connect.jdbc.test_jdbc_sink import upserting
from tests.connect.jdbc.test_jdbc_source import Source
from tests.connect.jdbc.test_jdbc_source import closed as closed_sources  # noqa: F401

NAMES = [
    'a"; DROP TABLE bystander; --',
    "b`; DROP TABLE bystander; -- ",
    "c'; DROP TABLE bystander; --",
    "d]; DROP TABLE bystander; /*",
    "d`e",
    'e""f``g',
    "h) VALUES (1); DROP TABLE bystander; #x",
    "%s",
    "%(name)s%%",
    ":name",
    "back\\slash\\'",
    "new\nline",
    "select",
    "${topic}",
    "n" * 63,
]
UNREADABLE = ["d`e", 'e""f``g', "new\nline"]
"""In MariaDB: SQLAlchemy reads what that says of a table line by line, up to a backtick."""


@pytest.fixture
def beside(target):
    """A database with a table that must stay as it is."""
    target.run(
        "CREATE TABLE bystander (id BIGINT NOT NULL PRIMARY KEY)",
        "INSERT INTO bystander VALUES (7)",
    )
    yield target
    assert target.rows("SELECT id FROM bystander") == [(7,)]
    tables = sa.inspect(target.engine).get_table_names()
    assert len(tables) == 2, tables


@pytest.mark.parametrize("name", [name for name in NAMES if not name.endswith(" ")])
def test_columns_of_any_name_are_columns(beside, name):
    """Made, added, written, found again by their key, read and deleted."""
    key_schema = struct(Field(name, INT64))
    value_schema = struct(Field(f"{name[:60]} v", OPTIONAL_STRING))
    wider = struct(*value_schema.fields, Field(f"{name[:60]} w", OPTIONAL_STRING))
    first, second = (field.name for field in wider.fields)

    def record(value, offset, schema):
        return sink_record(
            value, topic="orders", offset=offset, key={name: 1}, key_schema=key_schema,
            value_schema=schema,
        )  # fmt: skip

    sink = upserting(beside, delete_enabled="true", auto_evolve="true")
    if name in UNREADABLE and "mariadb" in beside.url:
        with pytest.raises(ConnectError, match="has no column"):
            sink.put([record({first: "x"}, 0, value_schema)])
        return
    sink.put([record({first: "x"}, 0, value_schema)])
    sink.put([record({first: "y", second: "z"}, 1, wider)])
    assert beside.rows("SELECT * FROM orders") == [(1, "y", "z")]
    source = Source(
        beside, mode="incrementing", incrementing_column_name=name, table_include_list="orders"
    )
    (read,) = source.batch()
    assert read.value == {name: 1, first: "y", second: "z"}
    source.close()
    sink.put([record(None, 2, None)])
    assert beside.rows("SELECT * FROM orders") == []


@pytest.mark.parametrize("name", [name.strip() for name in NAMES if "." not in name])
def test_tables_of_any_name_are_tables(beside, name):
    if name == "${topic}":
        name = "orders"
    sink = upserting(beside, table_name_format=name)
    key_schema, schema = struct(Field("id", INT64)), struct(Field("v", OPTIONAL_STRING))
    for value in ("x", "y"):
        sink.put([
            sink_record(
                {"v": value}, topic="orders", offset=0, key={"id": 1}, key_schema=key_schema,
                value_schema=schema,
            )
        ])  # fmt: skip
    assert name in sa.inspect(beside.engine).get_table_names()
    mark = "`" if "mariadb" in beside.url else '"'
    quoted = mark + name.replace(mark, 2 * mark) + mark
    if "sqlite" not in beside.url:
        quoted = quoted.replace("%", "%%")  # As both drivers want them.
    assert beside.rows(f"SELECT id, v FROM {quoted}") == [(1, "y")]
