"""What a group needs to know of topics: passed in, never fetched."""

from collections.abc import Iterable
from hashlib import blake2b
from typing import NamedTuple, Protocol


class Topic(NamedTuple):
    topic_id: bytes
    """16 bytes."""
    partitions: int


class Topics(Protocol):
    """The topics of the tenant that owns the group, at one moment."""

    @property
    def version(self) -> int:
        """Differs whenever a topic was created, deleted or given partitions since."""
        ...

    def find(self, name: str) -> Topic | None: ...

    def name_of(self, topic_id: bytes) -> str | None: ...

    def names(self) -> Iterable[str]:
        """Those that whoever asks may see: a regular expression finds no others."""
        ...


def metadata_hash(names: Iterable[str], topics: Topics) -> int:
    """A number that changes when one of these topics does; int64, 0 when none exists.

    Kept in the group's epoch record, so that a new coordinator knows whether it must assign anew.
    The number is ours: Kafka computes another one, and assigns anew when it finds it different.
    """
    digest = blake2b(digest_size=8)
    is_empty = True
    for name in sorted(names):
        topic = topics.find(name)
        if topic is not None:
            is_empty = False
            digest.update(topic.topic_id + topic.partitions.to_bytes(4, "big"))
    return 0 if is_empty else int.from_bytes(digest.digest(), "big", signed=True)
