"""The plugins that come with Headwater: one line each, as ``module:class``, under all their names.

The first name is the one that is shown; the others are Kafka's, which mean the same.
"""

from typing import Final

from connect.catalogue.kinds import Kind


def _transform(name: str) -> tuple[str, ...]:
    return name, f"org.apache.kafka.connect.transforms.{name}"


def _predicate(name: str) -> tuple[str, ...]:
    return name, f"org.apache.kafka.connect.transforms.predicates.{name}"


BUILT_IN: Final[dict[Kind, dict[str, tuple[str, ...]]]] = {
    Kind.SOURCE: {
        "connect.connectors.topic_copy.source:TopicCopy": ("topic-copy",),
        "connect.connectors.objects.s3:S3SourceConnector": (
            "s3-source",
            "io.confluent.connect.s3.source.S3SourceConnector",
        ),
        "connect.connectors.objects.folder:FolderSourceConnector": ("folder-source",),
        "connect.connectors.jdbc.source:JdbcSourceConnector": (
            "jdbc-source",
            "io.confluent.connect.jdbc.JdbcSourceConnector",
            "io.aiven.connect.jdbc.JdbcSourceConnector",
        ),
        "connect.connectors.postgresql_cdc.connector:PostgresqlCdcConnector": (
            "postgresql-cdc",
            "io.debezium.connector.postgresql.PostgresConnector",
        ),
        "connect.connectors.generator.source:DataGenerator": ("data-generator",),
        "connect.connectors.files.source:FileSource": (
            "file-source",
            "org.apache.kafka.connect.file.FileStreamSourceConnector",
            "FileStreamSource",
        ),
        "connect.connectors.http.source:HttpSource": ("http-source",),
    },
    Kind.SINK: {
        "connect.connectors.objects.s3:S3SinkConnector": (
            "s3-sink",
            "io.confluent.connect.s3.S3SinkConnector",
        ),
        "connect.connectors.objects.folder:FolderSinkConnector": ("folder-sink",),
        "connect.connectors.jdbc.sink:JdbcSinkConnector": (
            "jdbc-sink",
            "io.confluent.connect.jdbc.JdbcSinkConnector",
            "io.aiven.connect.jdbc.JdbcSinkConnector",
        ),
        "connect.connectors.files.sink:FileSink": (
            "file-sink",
            "org.apache.kafka.connect.file.FileStreamSinkConnector",
            "FileStreamSink",
        ),
        "connect.connectors.http.sink:HttpSink": ("http-sink",),
        "connect.connectors.elasticsearch.connector:ElasticsearchSink": (
            "elasticsearch-sink",
            "opensearch-sink",
            "io.confluent.connect.elasticsearch.ElasticsearchSinkConnector",
            "io.aiven.connect.elasticsearch.ElasticsearchSinkConnector",
            "io.aiven.kafka.connect.opensearch.OpensearchSinkConnector",
        ),
    },
    Kind.CONVERTER: {
        "connect.converters.json:JsonConverter": (
            "json",
            "org.apache.kafka.connect.json.JsonConverter",
        ),
        "connect.converters.json_schema:JsonSchemaConverter": (
            "json-schema",
            "io.confluent.connect.json.JsonSchemaConverter",
        ),
        "connect.converters.protobuf:ProtobufConverter": (
            "protobuf",
            "io.confluent.connect.protobuf.ProtobufConverter",
        ),
        "connect.converters.avro:AvroConverter": (
            "avro",
            "io.confluent.connect.avro.AvroConverter",
        ),
        "connect.converters.string:StringConverter": (
            "string",
            "org.apache.kafka.connect.storage.StringConverter",
        ),
        "connect.converters.bytes:BytesConverter": (
            "bytes",
            "org.apache.kafka.connect.converters.ByteArrayConverter",
        ),
        "connect.converters.numbers:BooleanConverter": (
            "boolean",
            "org.apache.kafka.connect.converters.BooleanConverter",
        ),
        "connect.converters.numbers:ShortConverter": (
            "short",
            "org.apache.kafka.connect.converters.ShortConverter",
        ),
        "connect.converters.numbers:IntegerConverter": (
            "integer",
            "org.apache.kafka.connect.converters.IntegerConverter",
        ),
        "connect.converters.numbers:LongConverter": (
            "long",
            "org.apache.kafka.connect.converters.LongConverter",
        ),
        "connect.converters.numbers:FloatConverter": (
            "float",
            "org.apache.kafka.connect.converters.FloatConverter",
        ),
        "connect.converters.numbers:DoubleConverter": (
            "double",
            "org.apache.kafka.connect.converters.DoubleConverter",
        ),
    },
    Kind.HEADER_CONVERTER: {
        "connect.converters.bytes:BytesHeaderConverter": (
            "bytes",
            "org.apache.kafka.connect.converters.ByteArrayConverter",
        ),
        "connect.converters.simple_header:SimpleHeaderConverter": (
            "simple",
            "org.apache.kafka.connect.storage.SimpleHeaderConverter",
        ),
    },
    Kind.TRANSFORM: {
        "connect.transforms.cast:CastKey": _transform("Cast$Key"),
        "connect.transforms.cast:CastValue": _transform("Cast$Value"),
        "connect.transforms.cel_transforms:CelFilter": ("CelFilter",),
        "connect.transforms.cel_transforms:CelMapKey": ("CelMap$Key",),
        "connect.transforms.cel_transforms:CelMapValue": ("CelMap$Value",),
        "connect.transforms.headers:DropHeaders": _transform("DropHeaders"),
        "connect.transforms.fields:ExtractFieldKey": _transform("ExtractField$Key"),
        "connect.transforms.fields:ExtractFieldValue": _transform("ExtractField$Value"),
        "connect.transforms.routers:Filter": _transform("Filter"),
        "connect.transforms.flatten:FlattenKey": _transform("Flatten$Key"),
        "connect.transforms.flatten:FlattenValue": _transform("Flatten$Value"),
        "connect.transforms.headers:HeaderFromKey": _transform("HeaderFrom$Key"),
        "connect.transforms.headers:HeaderFromValue": _transform("HeaderFrom$Value"),
        "connect.transforms.fields:HoistFieldKey": _transform("HoistField$Key"),
        "connect.transforms.fields:HoistFieldValue": _transform("HoistField$Value"),
        "connect.transforms.insert_field:InsertFieldKey": _transform("InsertField$Key"),
        "connect.transforms.insert_field:InsertFieldValue": _transform("InsertField$Value"),
        "connect.transforms.headers:InsertHeader": _transform("InsertHeader"),
        "connect.transforms.mask_field:MaskFieldKey": _transform("MaskField$Key"),
        "connect.transforms.mask_field:MaskFieldValue": _transform("MaskField$Value"),
        "connect.transforms.routers:RegexRouter": _transform("RegexRouter"),
        "connect.transforms.replace_field:ReplaceFieldKey": _transform("ReplaceField$Key"),
        "connect.transforms.replace_field:ReplaceFieldValue": _transform("ReplaceField$Value"),
        "connect.transforms.set_schema_metadata:SetSchemaMetadataKey": _transform(
            "SetSchemaMetadata$Key"
        ),
        "connect.transforms.set_schema_metadata:SetSchemaMetadataValue": _transform(
            "SetSchemaMetadata$Value"
        ),
        "connect.transforms.timestamp_converter:TimestampConverterKey": _transform(
            "TimestampConverter$Key"
        ),
        "connect.transforms.timestamp_converter:TimestampConverterValue": _transform(
            "TimestampConverter$Value"
        ),
        "connect.transforms.routers:TimestampRouter": _transform("TimestampRouter"),
        "connect.transforms.fields:ValueToKey": _transform("ValueToKey"),
    },
    Kind.PREDICATE: {
        "connect.transforms.predicates:HasHeaderKey": _predicate("HasHeaderKey"),
        "connect.transforms.predicates:RecordIsTombstone": _predicate("RecordIsTombstone"),
        "connect.transforms.predicates:TopicNameMatches": _predicate("TopicNameMatches"),
    },
}
"""By kind: ``module:class`` -> its names. They are here and not only in the classes, so that one
can be found without importing all."""
