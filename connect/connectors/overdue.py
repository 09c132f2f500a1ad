"""What is done to work that lasts too long, while whoever waits for it cannot look at a clock."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def overdue(seconds: float, end: Callable[[], None]) -> Iterator[None]:
    """A block for which ``end`` is called, by another thread, when it has lasted ``seconds``; never
    once the block is over."""
    lock = threading.Lock()
    is_over = False

    def expire() -> None:
        with lock:
            if not is_over:
                end()

    timer = threading.Timer(seconds, expire)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        with lock:
            is_over = True
