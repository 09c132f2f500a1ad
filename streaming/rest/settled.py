"""Waiting after a write until brokers serve what it made: read-your-writes, over Kafka too.

Brokers read the numbered changes within milliseconds, and before they answer "absent"; but what
they know of already (a topic's configs, its partition count) they would tell from before the
change. What was written stays written: a broker that does not answer in time is not waited for.
"""

import asyncio
import logging

from asgiref.sync import async_to_sync

from brokers.kernel.errors import HeadwaterError
from streaming.postgresql.turns import end_turn
from streaming.records.clients import current_clients
from streaming.records.identity import Identity

logger = logging.getLogger(__name__)

SECONDS_MAX = 2.0


async def settled(identity: Identity) -> None:
    """Return when every live broker has read what was committed before this call."""
    try:
        async with asyncio.timeout(SECONDS_MAX), current_clients().reader(identity) as reader:
            await reader.catch_up()
    except (HeadwaterError, TimeoutError) as error:
        logger.info("a write was not waited for: %r; brokers read it when they can", error)


def wait_until_settled(identity: Identity) -> None:
    """``settled`` for the views that run in a thread of their own."""
    end_turn()
    async_to_sync(settled)(identity)
