"""What one subscription asks for, whichever way it was said."""

from dataclasses import dataclass

from streaming.live.encoding import PLAIN, Encoding
from streaming.live.start_from import Start
from streaming.live.subscription import Mode


@dataclass(frozen=True, slots=True)
class FeedRequest:
    """``id`` is None on a socket that has this one subscription only."""

    id: str | None
    topic: str
    start: Start
    mode: Mode
    partitions: tuple[int, ...] | None
    """None is all of them, and those that the topic will grow."""
    resume: dict[int, int]
    """Next offset by partition; stronger than ``start``."""
    credits: int | None
    """None is without limit."""
    encoding: Encoding = PLAIN
    filter: str | None = None
    group: str | None = None
    """Partitions come from this consumer group, and offsets from what it committed."""
