"""How many passwords are hashed at once: Argon2 takes 100 MB and a core for each."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore
from typing import Final

from streaming.postgresql.turns import end_turn
from tenants.errors import Unavailable

HASHES_AT_ONCE: Final = 2
"""More at once would only slow down everything else."""
HASH_WAIT_SECONDS: Final = 5

_hashing = BoundedSemaphore(HASHES_AT_ONCE)


@contextmanager
def room_to_hash() -> Iterator[None]:
    """Wait for one's turn. Raises ``Unavailable`` when it does not come soon."""
    end_turn()
    if not _hashing.acquire(timeout=HASH_WAIT_SECONDS):
        raise Unavailable("Too many passwords are checked at once. Try again in a moment.")
    try:
        yield
    finally:
        _hashing.release()
