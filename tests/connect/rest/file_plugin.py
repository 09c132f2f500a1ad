"""Kafka's file source as far as its config goes, so that the transcript can be asked as it was."""

from connect.spi.config import REQUIRED, ConfigDef, ConfigKey, ConfigType, Importance
from connect.spi.connector import SinkConnector, SourceConnector
from connect.spi.errors import ConnectError
from connect.spi.task import SinkTask, SourceTask

_FILE = ConfigKey("file", ConfigType.STRING, default=None, importance=Importance.HIGH, doc="")
_TOPIC = ConfigKey("topic", ConfigType.STRING, default=REQUIRED, importance=Importance.HIGH, doc="")
_BATCH = ConfigKey("batch.size", ConfigType.INT, default=2000, importance=Importance.LOW, doc="")
# Kafka lets any key pass; here there must be one for it.
_POLL = ConfigKey(
    "poll.interval.ms", ConfigType.INT, default=None, importance=Importance.LOW, doc=""
)


class FileSource(SourceConnector):
    name = "FileStreamSource"
    aliases = ("org.apache.kafka.connect.file.FileStreamSourceConnector",)
    version = "3.9.0"
    title = "Files"
    doc = ""
    config = ConfigDef((_FILE, _TOPIC, _BATCH, _POLL))
    task = SourceTask
    exactly_once = True

    def alter_offsets(self, changes):
        for partition, _offset in changes:
            if "filename" not in partition:
                raise ConnectError("Partition objects should contain the key 'filename'")


class FileSink(SinkConnector):
    name = "FileStreamSink"
    aliases = ("org.apache.kafka.connect.file.FileStreamSinkConnector",)
    version = "3.9.0"
    title = "Files"
    doc = ""
    config = ConfigDef((_FILE,))
    task = SinkTask
