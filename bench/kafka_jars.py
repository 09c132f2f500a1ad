"""Apache Kafka's jars: a peer of the benchmarks, and an oracle of the compatibility tests."""

from bench.maven_jars import class_path

KAFKA_VERSION = "4.2.0"

BRIEF = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")
"""For programs that run for seconds: compiling them twice, and collecting garbage on all cores,
takes twice the processor's time."""


def kafka_class_path() -> str:
    """A class path of Kafka's server, clients and tools. Raises ``JarsUnavailable``."""
    return _class_path(f"kafka-{KAFKA_VERSION}", "kafka_2.13")


def streams_class_path() -> str:
    """A class path of Kafka Streams and its clients. Raises ``JarsUnavailable``."""
    return _class_path(f"kafka-streams-{KAFKA_VERSION}", "kafka-streams")


def connect_class_path() -> str:
    """A class path of Connect's workers and its file connectors. Raises ``JarsUnavailable``."""
    return _class_path(f"kafka-connect-{KAFKA_VERSION}", "connect-runtime", "connect-file")


def _class_path(name: str, *artifacts: str) -> str:
    return class_path(name, [f"org.apache.kafka:{each}:{KAFKA_VERSION}" for each in artifacts])
