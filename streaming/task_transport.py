"""Celery's Redis transport for workers that outlive whatever is put on their queues.

Kombu lets any error of one message end the whole worker: text that is no JSON, an envelope without
a tag, a header of another type. Whoever can write to Redis could so end brokers, which run in
workers; here such a message is dropped and said.
"""

import logging
from queue import Empty
from typing import Any

from kombu.transport import TRANSPORT_ALIASES, redis

logger = logging.getLogger(__name__)


class Channel(redis.Channel):
    """Reads queues; what cannot be delivered is as if nothing had come."""

    def _brpop_read(self, **options: Any) -> bool:
        held = set(self.qos._delivered)
        try:
            return super()._brpop_read(**options)
        except (Empty, *self.connection_errors, *self.connection.channel_errors):
            raise
        except Exception as error:
            logger.error("a message on a queue is no task, and was dropped: %r", error)
            # It counts as one that is worked on, of which there may be only so many.
            for tag in self.qos._delivered.keys() - held:
                self.basic_reject(tag)
            raise Empty from None


class Transport(redis.Transport):
    """As Kombu's, but for the above."""

    Channel = Channel


def use_for_redis() -> None:
    """Have every ``redis://`` and ``rediss://`` URL mean this transport. Twice is harmless."""
    for scheme in ("redis", "rediss"):
        TRANSPORT_ALIASES[scheme] = f"{__name__}:{Transport.__name__}"
