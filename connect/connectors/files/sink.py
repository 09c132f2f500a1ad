"""Values of topics as lines of one file."""

import os
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from connect.connectors.files.folder import open_to_append, parts_of, root
from connect.connectors.json_text import to_json
from connect.spi.config import Config, ConfigDef, ConfigKey, ConfigType, Importance, non_empty
from connect.spi.connector import SinkConnector
from connect.spi.records import SinkRecord, TopicPartition
from connect.spi.runs import values_of
from connect.spi.task import SinkContext, SinkTask


class FileSinkTask(SinkTask):
    """At-least-once: a line may come twice after a crash."""

    def start(self, config: Config, context: SinkContext) -> None:
        self._file = open_to_append(config["file"])

    def put(self, records: Sequence[SinkRecord]) -> None:
        data = memoryview(b"".join(map(line_of, values_of(records))))
        while data:
            data = data[os.write(self._file, data) :]

    def flush(self, offsets: Mapping[TopicPartition, int]) -> Mapping[TopicPartition, int]:
        os.fsync(self._file)
        return offsets

    def stop(self) -> None:
        os.close(self._file)


def line_of(value: Any) -> bytes:
    """Text and bytes as they are, everything else as JSON.

    Raises:
        DataError: the value cannot be written as JSON.
    """
    if isinstance(value, str):
        return value.encode("utf-8", "replace") + b"\n"
    if isinstance(value, bytes):
        return value + b"\n"
    return to_json(value) + b"\n"


class FileSink(SinkConnector):
    name: ClassVar[str] = "file-sink"
    aliases: ClassVar[tuple[str, ...]] = (
        "org.apache.kafka.connect.file.FileStreamSinkConnector",
        "FileStreamSink",
    )
    version: ClassVar[str] = "1.0.0"
    title: ClassVar[str] = "File sink"
    doc: ClassVar[str] = "Adds each record's value to a file, as a line."
    config: ClassVar[ConfigDef] = ConfigDef(
        (
            ConfigKey(
                "file", ConfigType.STRING, importance=Importance.HIGH, validator=non_empty,
                doc="A path below the operator's folder.",
            ),
        )
    )  # fmt: skip
    task: ClassVar[type[SinkTask]] = FileSinkTask

    def __init__(self, config: Config) -> None:
        super().__init__(config)
        root()
        parts_of(config["file"])
