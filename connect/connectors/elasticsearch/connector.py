"""What the catalogue shows of the sink."""

from collections.abc import Sequence
from typing import ClassVar

from connect.connectors.elasticsearch.settings import CONFIG, Settings
from connect.connectors.elasticsearch.task import ElasticsearchSinkTask
from connect.connectors.urls import target_of
from connect.spi.config import Config, ConfigDef
from connect.spi.connector import SinkConnector
from connect.spi.egress import Target
from connect.spi.task import SinkTask


class ElasticsearchSink(SinkConnector):
    name: ClassVar[str] = "elasticsearch-sink"
    aliases: ClassVar[tuple[str, ...]] = (
        "opensearch-sink",
        "io.confluent.connect.elasticsearch.ElasticsearchSinkConnector",
        "io.aiven.connect.elasticsearch.ElasticsearchSinkConnector",
        "io.aiven.kafka.connect.opensearch.OpensearchSinkConnector",
    )
    version: ClassVar[str] = "1.0.0"
    title: ClassVar[str] = "Elasticsearch and OpenSearch sink"
    doc: ClassVar[str] = (
        "Writes records as documents through the bulk API. At-least-once; with ids from keys or "
        "coordinates a repeated record changes nothing."
    )
    config: ClassVar[ConfigDef] = CONFIG
    task: ClassVar[type[SinkTask]] = ElasticsearchSinkTask

    def __init__(self, config: Config) -> None:
        super().__init__(config)
        self._settings = Settings.of(config)

    def targets(self) -> Sequence[Target]:
        return [target_of(url) for url in self._settings.urls]
