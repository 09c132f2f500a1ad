"""What does not go together in a configuration is said before it is kept, at a key of its form."""

from typing import ClassVar

import pytest

from connect.plugins import Plugin, find_plugin
from connect.spi.common_configs import SOURCE_COMMON
from connect.spi.config import ConfigDef, ConfigKey, ConfigType
from connect.spi.connector import SourceConnector
from connect.spi.errors import ConfigError
from connect.spi.task import SourceTask
from connect.states import Kind

SINK = {"connector.class": "http-sink", "http.url": "https://api.example/in", "topics": "orders"}
SOURCE = {"connector.class": "http-source", "http.url": "https://api.example", "topic": "t"}
SQL = {"connection.url": "jdbc:postgresql://db.example/shop"}
TABLES = {"connector.class": "jdbc-source", "topic.prefix": "x-", "mode": "bulk", **SQL}
ROWS = {"connector.class": "jdbc-sink", "topics": "orders", **SQL}
OBJECTS = {
    "connector.class": "s3-sink", "topics": "orders", "s3.bucket.name": "b", "flush.size": "1",
    "aws.access.key.id": "k", "aws.secret.access.key": "s",
}  # fmt: skip
SEARCH = {
    "connector.class": "elasticsearch-sink", "topics": "t", "connection.url": "https://s.example",
}  # fmt: skip
FILES = {"connector.class": "file-sink", "topics": "orders", "file": "out.txt"}
FOLDER = {"connector.class": "folder-sink", "topics": "t", "folder": "lake", "flush.size": "1"}
CHANGES = {
    "connector.class": "postgresql-cdc", "database.hostname": "db.example", "topic.prefix": "shop",
    "database.user": "u", "database.dbname": "d",
}  # fmt: skip
TICKS = {"connector.class": "data-generator", "topic": "ticks"}
COPY = {"connector.class": "topic-copy", "source.topics": "a,b", "topic": "c"}
PRIVATE_KEY = f"-----BEGIN {'PRIVATE'} KEY-----x"
ALL = [SINK, SOURCE, TABLES, ROWS, OBJECTS, SEARCH, FILES, FOLDER, CHANGES, TICKS, COPY]


def faults(config):
    plugin = find_plugin(config["connector.class"])
    return plugin.faults({"name": "mine", **config})


@pytest.mark.parametrize("config", ALL, ids=lambda config: config["connector.class"])
def test_what_goes_together_is_let_in_whatever_this_machine_has(config, monkeypatch):
    """Files are an operator's to allow where the tasks run, and this may be elsewhere."""
    monkeypatch.delenv("HEADWATER_CONNECT_FILES", raising=False)
    assert faults(config) == []


@pytest.mark.parametrize(
    ("config", "changes", "keys", "said"),
    [
        (SINK, {"topics": ""}, ["topics", "topics.regex"], "Must configure one of"),
        (SINK, {"topics.regex": "o.*"}, ["topics", "topics.regex"], "mutually exclusive"),
        (SINK, {"errors.deadletterqueue.topic.name": "orders"}, ["topics"], "DLQ topic 'orders'"),
        (SINK, {"topics": "", "topics.regex": "[a-z]*", "errors.deadletterqueue.topic.name": "l"},
         ["topics.regex"], "DLQ topic 'l'"),
        (SINK, {"topics": "", "topics.regex": r"(a)\1"}, ["topics.regex"], "Invalid regex"),
        (SINK, {"consumer.override.bootstrap.servers": "x"},
         ["consumer.override.bootstrap.servers"], "cannot be set here"),
        (SINK, {"consumer.override.max.poll.records": "0"},
         ["consumer.override.max.poll.records"], "it may be 1 to"),
        (SINK, {"value.converter": "nope"}, ["value.converter"], "no converter 'nope'"),
        (SINK, {"value.converter.schemas.enabel": "true"}, ["value.converter"], "schemas.enabel"),
        (SINK, {"header.converter": "json"}, ["header.converter"], "no header_converter 'json'"),
        (SINK, {"auth.type": "bearer"}, ["auth.type"], "needs auth.token"),
        (SINK, {"transforms": "a,a", "transforms.a.type": "Filter"}, ["transforms"],
         "Duplicate alias"),
        (SOURCE, {"topic.creation.default.partitions": "two"},
         ["topic.creation.default.partitions"], "Not a number"),
        (SOURCE, {"topic.creation.default.replication.factor": "0"},
         ["topic.creation.default.replication.factor"], "at least 1"),
        (SOURCE, {"topic.creation.groups": "g"}, ["topic.creation.g.include"], "Missing required"),
        (SOURCE, {"exactly.once.support": "required", "transaction.boundary": "connector"},
         ["transaction.boundary"], "where transactions end"),
        (SOURCE, {"paging.mode": "cursor"}, ["paging.mode"], "needs paging.parameter"),
        (TABLES, {"exactly.once.support": "Required"}, ["mode"], "not exactly-once"),
        (TABLES, {"mode": "timestamp"}, ["mode"], "needs timestamp.column.name"),
        (ROWS, {"insert.mode": "upsert"}, ["insert.mode"], "set pk.mode"),
        (ROWS, {"delete.enabled": "true"}, ["delete.enabled"], "record_key"),
        (OBJECTS, {"compression.type": "snappy"}, ["compression.type"], "format has"),
        (SEARCH, {"external.version": "field"}, ["external.version"], "external.version.field"),
        (SEARCH, {"topic.to.index.map": "x"}, ["topic.to.index.map"], "topic:index pairs"),
        (FILES, {"file": "../x"}, ["connector.class"], "must be a path below"),
        (CHANGES, {"database.ssl.key": PRIVATE_KEY}, ["database.ssl.key"],
         "go together"),
        (TICKS, {"key.field": "nope"}, ["key.field"], "no field of the template"),
        (TICKS, {"template": '{"a": {"nope": 1}}'}, ["template"], "none of"),
        (COPY, {"topic": "a"}, ["topic"], "would not end"),
        (COPY, {"filter": "value."}, ["filter"], "no CEL expression"),
    ],
)  # fmt: skip
def test_what_does_not_go_together_is_said_at_its_key(config, changes, keys, said):
    found = faults({**config, **changes})
    assert [key for key, _sentence in found] == keys
    assert all(said in sentence for _key, sentence in found)


class Broken(SourceConnector):
    """A stranger's: ``fails`` is what its constructor raises."""

    name = "broken"
    version = "1"
    title = "Broken"
    config: ClassVar[ConfigDef] = ConfigDef((ConfigKey("how", ConfigType.STRING, "well"),))
    task = SourceTask
    fails: ClassVar[Exception | None] = None

    def __init__(self, config):
        super().__init__(config)
        if self.fails:
            raise self.fails


def judged(config, fails=None):
    definition = SOURCE_COMMON + Broken.config
    connector = type("Made", (Broken,), {"fails": fails})
    plugin = Plugin("broken", Kind.SOURCE, definition, connector)
    return plugin.contradictions({"name": "n", "connector.class": "broken", **config})


def test_a_source_that_promises_nothing_is_not_asked_for_exactly_once():
    ((key, sentence),) = judged({"exactly.once.support": "required"})
    assert key == "exactly.once.support"
    assert "broken cannot promise it" in sentence
    assert judged({"exactly.once.support": "requested"}) == []


def test_a_strangers_own_trouble_is_the_workers_to_tell(caplog):
    assert judged({}, ConfigError("how=well is not how")) == [("how", "how=well is not how")]
    assert judged({}, ConfigError("it will not")) == [("connector.class", "it will not")]
    assert judged({}, RuntimeError("a bug")) == []
    assert "could not be made to judge" in caplog.text
