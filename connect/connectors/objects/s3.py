"""S3 and what speaks like it, in and out."""

from collections.abc import Sequence

from connect.connectors.objects.sink import ObjectSinkTask
from connect.connectors.objects.sink_config import FILES, LAYOUT, S3_ACCESS, check_layout
from connect.connectors.objects.source import DIVISION, READING, ObjectSourceTask, divided
from connect.connectors.objects.store import ObjectStore, s3_store, target_of
from connect.connectors.objects.uploads import Objects
from connect.spi.config import Config
from connect.spi.connector import SinkConnector, SourceConnector
from connect.spi.egress import Target
from connect.spi.task import SinkContext, SourceContext

VERSION = "1.0"


class S3SinkTask(ObjectSinkTask):
    def open_store(self, config: Config, context: SinkContext) -> Objects:
        return s3_store(config, context.egress, context.stopping)


class S3SinkConnector(SinkConnector):
    name = "s3-sink"
    aliases = ("io.confluent.connect.s3.S3SinkConnector",)
    version = VERSION
    title = "S3 sink"
    doc = "Writes topics into objects of S3, or of a store that speaks like it, exactly once."
    config = S3_ACCESS + LAYOUT + FILES
    task = S3SinkTask

    def __init__(self, config: Config) -> None:
        super().__init__(config)
        check_layout(config)

    def targets(self) -> Sequence[Target]:
        return [target_of(self.configured)]


class S3SourceTask(ObjectSourceTask):
    def open_store(self, config: Config, context: SourceContext) -> ObjectStore:
        return s3_store(config, context.egress, context.stopping)


class S3SourceConnector(SourceConnector):
    name = "s3-source"
    aliases = ("io.confluent.connect.s3.source.S3SourceConnector",)
    version = VERSION
    title = "S3 source"
    doc = "Reads objects of S3, or of a store that speaks like it, into a topic."
    config = S3_ACCESS + READING + DIVISION
    task = S3SourceTask
    exactly_once = True

    def task_configs(self, maximum: int) -> list[dict[str, str]]:
        return divided(maximum)

    def targets(self) -> Sequence[Target]:
        return [target_of(self.configured)]

    def topics(self) -> tuple[Sequence[str], Sequence[str]]:
        return [self.configured["topic"]], []
