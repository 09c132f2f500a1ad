"""Plugins are found by name; a bad package spoils nothing."""

import subprocess
import sys

import pytest

from connect.catalogue import Kind, UnknownPlugin, catalogue
from streaming.cell.program import CHECKOUT


def test_every_built_in_plugin_can_be_loaded_and_says_what_it_is():
    for plugin in catalogue().all():
        loaded = plugin.load()
        if plugin.kind in (Kind.SOURCE, Kind.SINK):
            assert loaded.name == plugin.name
            assert set(loaded.aliases) <= set(plugin.names)
            assert loaded.title
            assert loaded.version
            assert loaded.config.keys


@pytest.mark.parametrize(
    "name", ["s3-sink", "io.confluent.connect.s3.S3SinkConnector", "S3SinkConnector", "S3Sink"]
)
def test_a_connector_has_many_names(name):
    assert catalogue().connector(name).name == "s3-sink"


@pytest.mark.parametrize(
    ("kafkas", "short"),
    [
        ("org.apache.kafka.connect.file.FileStreamSourceConnector", "file-source"),
        ("org.apache.kafka.connect.file.FileStreamSinkConnector", "file-sink"),
        ("io.confluent.connect.s3.source.S3SourceConnector", "s3-source"),
        ("io.confluent.connect.jdbc.JdbcSourceConnector", "jdbc-source"),
        ("io.aiven.connect.jdbc.JdbcSinkConnector", "jdbc-sink"),
        ("io.debezium.connector.postgresql.PostgresConnector", "postgresql-cdc"),
        ("io.confluent.connect.elasticsearch.ElasticsearchSinkConnector", "elasticsearch-sink"),
        ("io.aiven.kafka.connect.opensearch.OpensearchSinkConnector", "elasticsearch-sink"),
    ],
)
def test_a_class_of_kafkas_means_a_connector(kafkas, short):
    assert catalogue().connector(kafkas).name == short


@pytest.mark.parametrize(
    ("kafkas", "short", "kind"),
    [
        ("org.apache.kafka.connect.json.JsonConverter", "json", Kind.CONVERTER),
        ("io.confluent.connect.json.JsonSchemaConverter", "json-schema", Kind.CONVERTER),
        ("io.confluent.connect.avro.AvroConverter", "avro", Kind.CONVERTER),
        ("io.confluent.connect.protobuf.ProtobufConverter", "protobuf", Kind.CONVERTER),
        ("org.apache.kafka.connect.storage.StringConverter", "string", Kind.CONVERTER),
        ("org.apache.kafka.connect.converters.ByteArrayConverter", "bytes", Kind.CONVERTER),
        ("org.apache.kafka.connect.converters.BooleanConverter", "boolean", Kind.CONVERTER),
        ("org.apache.kafka.connect.converters.ShortConverter", "short", Kind.CONVERTER),
        ("org.apache.kafka.connect.converters.IntegerConverter", "integer", Kind.CONVERTER),
        ("org.apache.kafka.connect.converters.LongConverter", "long", Kind.CONVERTER),
        ("org.apache.kafka.connect.converters.FloatConverter", "float", Kind.CONVERTER),
        ("org.apache.kafka.connect.converters.DoubleConverter", "double", Kind.CONVERTER),
        ("org.apache.kafka.connect.storage.SimpleHeaderConverter", "simple", Kind.HEADER_CONVERTER),
        ("org.apache.kafka.connect.converters.ByteArrayConverter", "bytes", Kind.HEADER_CONVERTER),
        ("org.apache.kafka.connect.transforms.Cast$Value", "Cast$Value", Kind.TRANSFORM),
        ("org.apache.kafka.connect.transforms.predicates.RecordIsTombstone", "RecordIsTombstone",
         Kind.PREDICATE),
    ],
)  # fmt: skip
def test_a_class_of_kafkas_means_what_it_is_used_with(kafkas, short, kind):
    assert catalogue().find(kind, kafkas).name == catalogue().find(kind, short).name == short


@pytest.mark.parametrize("name", ["", "os.system", "connect.task.process", "../s3-sink"])
def test_nothing_else_can_be_named(name):
    with pytest.raises(UnknownPlugin, match="there are"):
        catalogue().connector(name)


def test_a_package_that_cannot_be_imported_is_left_out(tmp_path):
    info = tmp_path / "bad-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: bad\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(
        "[headwater.connectors]\nbad = no_such_module:Thing\nworse = json:JSONDecoder\n"
    )
    look = "from connect.catalogue import catalogue; print(catalogue().connector('s3-sink').name)"
    asked = subprocess.run(
        [sys.executable, "-c", look], capture_output=True, text=True, check=False, cwd=CHECKOUT,
        env={"PYTHONPATH": f"{tmp_path}:{CHECKOUT}"},
    )  # fmt: skip
    assert asked.stdout == "s3-sink\n"
    assert "the plugin bad of no_such_module:Thing is left out" in asked.stderr
    assert "worse" in asked.stderr
