"""A folder of the worker's disk, in and out, as S3 is."""

from collections.abc import Sequence
from typing import Final

from connect.connectors.files.folder import parts_of
from connect.connectors.objects.folder_store import FolderStore
from connect.connectors.objects.sink import ObjectSinkTask
from connect.connectors.objects.sink_config import FILES, LAYOUT, check_layout, naming_of
from connect.connectors.objects.source import DIVISION, READING, ObjectSourceTask, divided
from connect.spi.config import (
    REQUIRED,
    Config,
    ConfigDef,
    ConfigKey,
    ConfigType,
    Importance,
    non_empty,
)
from connect.spi.connector import ConfigFault, SinkConnector, SourceConnector
from connect.spi.records import TopicPartition
from connect.spi.task import SinkContext, SourceContext

FOLDER: Final = ConfigDef(
    (
        ConfigKey("folder", ConfigType.STRING, REQUIRED, Importance.HIGH,
                  "A path below the operator's folder, as exports/orders.", "Store",
                  validator=non_empty),
    )
)  # fmt: skip


class FolderSinkTask(ObjectSinkTask):
    def open_store(self, config: Config, context: SinkContext) -> FolderStore:
        return FolderStore(config["folder"])


class FolderSinkConnector(SinkConnector):
    name = "folder-sink"
    version = "1.0"
    title = "Folder sink"
    doc = "Writes topics into files of a folder that the operator allows, exactly once."
    config = FOLDER + LAYOUT + FILES
    task = FolderSinkTask

    def __init__(self, config: Config) -> None:
        super().__init__(config)
        parts_of(config["folder"])
        # What all names have in common; a directory that a record names is checked with it.
        parts_of(naming_of(config).path(TopicPartition("topic", 0), "directory", 0, ""))
        check_layout(config)

    def check(self) -> Sequence[ConfigFault]:
        FolderStore(self.configured["folder"])
        return ()


class FolderSourceTask(ObjectSourceTask):
    def open_store(self, config: Config, context: SourceContext) -> FolderStore:
        return FolderStore(config["folder"])


class FolderSourceConnector(SourceConnector):
    name = "folder-source"
    version = "1.0"
    title = "Folder source"
    doc = (
        "Reads the files of a folder that the operator allows into a topic. A file is read once: "
        "bring it whole, under a name that begins with a dot, and rename it."
    )
    config = FOLDER + READING + DIVISION
    task = FolderSourceTask
    exactly_once = True

    def __init__(self, config: Config) -> None:
        super().__init__(config)
        parts_of(config["folder"])
        if config["prefix"]:
            parts_of(config["prefix"])

    def check(self) -> Sequence[ConfigFault]:
        FolderStore(self.configured["folder"])
        return ()

    def task_configs(self, maximum: int) -> list[dict[str, str]]:
        return divided(maximum)

    def topics(self) -> tuple[Sequence[str], Sequence[str]]:
        return [self.configured["topic"]], []
