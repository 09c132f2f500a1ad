"""Lines of one file into a topic, as they are written."""

import os
from collections.abc import Sequence
from typing import ClassVar, Final

from connect.connectors.files.folder import open_to_read, parts_of, root
from connect.spi.config import (
    Config,
    ConfigDef,
    ConfigKey,
    ConfigType,
    Importance,
    between,
    non_empty,
)
from connect.spi.connector import ConfigFault, SourceConnector
from connect.spi.errors import ConnectError
from connect.spi.records import SourceRecord
from connect.spi.schema import STRING
from connect.spi.task import SourceContext, SourceTask

_READ_BYTES: Final = 1 << 18
LINE_BYTES_MAX: Final = 8 << 20
_WAIT_SECONDS: Final = 1.0


class FileSourceTask(SourceTask):
    """The offset is the position behind a line: what is no line yet is read again."""

    def start(self, config: Config, context: SourceContext) -> None:
        self._context = context
        self._topic, self._path = config["topic"], config["file"]
        self._batch = config["batch.size"]
        self._partition = {"filename": self._path}
        (stored,) = context.offsets.read([self._partition])
        self._position = int(stored["position"]) if stored else 0
        self._file: int | None = None
        root()

    def poll(self) -> Sequence[SourceRecord]:
        lines = self._lines()
        if not lines:
            self._context.stopping.wait(_WAIT_SECONDS)
            return []
        return [self._record(line) for line in lines]

    def stop(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _lines(self) -> list[bytes]:
        """The next whole lines, with their ends; [] when there are none now."""
        try:
            if self._file is None:
                self._file = open_to_read(self._path)
        except FileNotFoundError:
            return []
        size = _READ_BYTES
        while True:
            data = os.pread(self._file, size, self._position)
            end = data.rfind(b"\n") + 1
            if end or len(data) < size:
                return data[:end].splitlines(keepends=True)[: self._batch] if end else []
            if size >= LINE_BYTES_MAX:
                raise ConnectError(
                    f"{self._path!r} has a line of more than {LINE_BYTES_MAX} bytes at "
                    f"{self._position}"
                )
            size *= 2

    def _record(self, line: bytes) -> SourceRecord:
        self._position += len(line)
        return SourceRecord(
            self._topic,
            None,
            line.rstrip(b"\r\n").decode(errors="replace"),
            value_schema=STRING,
            source_partition=self._partition,
            source_offset={"position": self._position},
        )


class FileSource(SourceConnector):
    name: ClassVar[str] = "file-source"
    aliases: ClassVar[tuple[str, ...]] = (
        "org.apache.kafka.connect.file.FileStreamSourceConnector",
        "FileStreamSource",
    )
    version: ClassVar[str] = "1.0.0"
    title: ClassVar[str] = "File source"
    doc: ClassVar[str] = "Reads the lines of one file, and those that are added to it."
    config: ClassVar[ConfigDef] = ConfigDef(
        (
            ConfigKey(
                "file", ConfigType.STRING, importance=Importance.HIGH, validator=non_empty,
                doc="A path below the operator's folder.",
            ),
            ConfigKey(
                "topic", ConfigType.STRING, importance=Importance.HIGH, validator=non_empty,
                doc="Where lines go.",
            ),
            ConfigKey(
                "batch.size", ConfigType.INT, 2000, Importance.LOW, "Most lines at once.",
                validator=between(1, 100_000),
            ),
        )
    )  # fmt: skip
    task: ClassVar[type[SourceTask]] = FileSourceTask
    exactly_once: ClassVar[bool] = True

    def __init__(self, config: Config) -> None:
        super().__init__(config)
        parts_of(config["file"])

    def check(self) -> Sequence[ConfigFault]:
        root()
        return ()

    def topics(self) -> tuple[Sequence[str], Sequence[str]]:
        return [self.configured["topic"]], []
