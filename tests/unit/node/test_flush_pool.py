"""The threads that flush: how they end."""

import asyncio
from queue import Queue
from threading import Thread

from brokers.node.flush_pool import FlushPool


def test_it_ends_however_soon_the_first_thread_does():
    """Each ends by a word of its own: one that is gone when the second word is said takes none of
    the others'."""

    class SlowQueue(Queue):
        def put(self, job):
            alive = [each for each in pool._threads if each.is_alive()]
            super().put(job)
            while alive == [each for each in pool._threads if each.is_alive()]:
                alive[0].join(0.001)

    pool = FlushPool(3)
    pool._queue = SlowQueue()

    async def start():
        pool.start()

    asyncio.run(start())
    pool._threads.reverse()  # Those who wait longest are served first, and here told last.
    stopping = Thread(target=pool.stop, daemon=True)
    stopping.start()
    stopping.join(10)
    assert not stopping.is_alive()
