"""Names of objects: what they say of the records inside. Pure.

``TOPICS_DIR/TOPIC/DIRECTORY/TOPIC+PARTITION+OFFSET.EXTENSION``; the offset is the first record's,
padded so that names sort as offsets do. The same records always get the same name: this is what
makes a second attempt find what the first one wrote.
"""

from dataclasses import dataclass

from connect.spi.records import TopicPartition


@dataclass(frozen=True, slots=True)
class Naming:
    """Kafka's store connectors call the parts ``topics.dir``, ``directory.delim``, ``file.delim``
    and ``filename.offset.zero.pad.width``."""

    topics_dir: str = "topics"
    directory_delimiter: str = "/"
    file_delimiter: str = "+"
    padding: int = 10

    def path(self, place: TopicPartition, directory: str, offset: int, extension: str) -> str:
        name = self.file_delimiter.join(
            (place.topic, str(place.partition), f"{offset:0{self.padding}d}")
        )
        parts = (self.topics_dir, place.topic, directory, name + extension)
        return self.directory_delimiter.join(each for each in parts if each)
