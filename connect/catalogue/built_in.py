"""The plugins that come with Headwater: one line each, as ``module:class``, under all their names.

The first name is the one that is shown; the others are Kafka's, which mean the same.
"""

from typing import Final

from connect.catalogue.kinds import Kind

BUILT_IN: Final[dict[Kind, dict[str, tuple[str, ...]]]] = {
    Kind.SOURCE: {},
    Kind.SINK: {},
    Kind.CONVERTER: {
        "connect.converters.json:JsonConverter": (
            "json",
            "org.apache.kafka.connect.json.JsonConverter",
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
    Kind.HEADER_CONVERTER: {},
    Kind.TRANSFORM: {},
    Kind.PREDICATE: {},
}
"""By kind: ``module:class`` -> its names. They are here and not only in the classes, so that one
can be found without importing all."""
