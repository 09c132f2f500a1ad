"""Patterns that a tenant wrote, of tables, columns and topics: matched with names of his own."""

import pytest

from connect.connectors.jdbc.source_settings import SOURCE, SourceSettings
from connect.connectors.postgresql_cdc.settings import CONFIG, Settings
from connect.spi.errors import ConfigError
from connect.task.loading import load
from connect.task.subscription import subscription

CDC = {
    "database.hostname": "db", "database.user": "u", "database.dbname": "shop", "topic.prefix": "x"
}  # fmt: skip
JDBC = {"connection.url": "jdbc:postgresql://db/shop", "mode": "bulk", "topic.prefix": "x"}
LISTS = [
    (CONFIG, CDC, "table.include.list"),
    (CONFIG, CDC, "table.exclude.list"),
    (CONFIG, CDC, "column.exclude.list"),
    (SOURCE, JDBC, "table.include.list"),
    (SOURCE, JDBC, "table.exclude.list"),
]
SLOW = "(a|aa)+"
"""Python's ``re`` would not come back with the names below in a lifetime."""
LONG = "a" * 5_000 + "!"


@pytest.mark.parametrize(("definition", "config", "key"), LISTS)
@pytest.mark.parametrize("pattern", ["(?!secret).*", r"(a)\1", "a++", "(", "x" * 1_001])
def test_what_re2_does_not_take_is_said_when_it_is_configured(definition, config, key, pattern):
    with pytest.raises(ConfigError, match=rf"configuration {key}: "):
        definition.parse(config | {key: f"public.orders,{pattern}"})


def test_a_refusal_says_what_patterns_are():
    with pytest.raises(ConfigError, match="RE2's: no look-around"):
        CONFIG.parse(CDC | {"table.include.list": "(?!secret).*"})


def test_a_pattern_of_topics_is_one_that_re2_takes():
    def read(pattern):
        config = {
            "name": "sink", "connector.class": "jdbc-sink",
            "connection.url": JDBC["connection.url"], "topics.regex": pattern,
        }  # fmt: skip
        return subscription(load("jdbc-sink", config, {}).config)

    assert read("orders-[0-9]+") == ["^(orders-[0-9]+)$"]
    for pattern in (r"(a*)\1", "(a{1,1000}){1,1000}", "["):
        with pytest.raises(ConfigError, match=r"configuration topics\.regex: "):
            read(pattern)


def test_no_pattern_takes_for_ever():
    lists = {"table.include.list": SLOW, "table.exclude.list": f"public.{SLOW}b"}
    cdc = Settings.of(CONFIG.parse(CDC | lists | {"column.exclude.list": SLOW}))
    assert not cdc.captures("public", LONG)
    assert not cdc.excludes_column(LONG)
    assert not SourceSettings.of(SOURCE.parse(JDBC | lists)).includes("public", LONG)


def test_names_are_matched_whole():
    wanted = {"table.include.list": r"public\.t", "table.exclude.list": r".*_old"}
    cdc = Settings.of(CONFIG.parse(CDC | wanted | {"column.exclude.list": r".*\.größe"}))
    assert [cdc.captures("public", each) for each in ("t", "t2", "at")] == [True, False, False]
    assert cdc.excludes_column("public.t.größe")
    assert not cdc.excludes_column("public.t.größe2")
    jdbc = SourceSettings.of(SOURCE.parse(JDBC | wanted))
    assert [jdbc.includes("public", each) for each in ("t", "t_old")] == [True, False]
