"""How a client process ends, and what that says."""

from typing import Final

DONE: Final = 0
FATAL: Final = 3
"""The library says that its idempotent producer cannot keep its promise any more."""
UNFINISHED: Final = 4
"""Sends were neither acknowledged nor given up, long after they should have been."""
FENCED: Final = 6
"""A transaction ran out of time while its coordinator was away, so its producer may not go on."""
HUNG: Final = 7
"""A call of the library did not return, long after the time that it was given."""
GIVEN_UP: Final = 8
"""The library asked in vain how far the group has read a partition, and will not ask again before
the partition is assigned anew: librdkafka 2.16, when the coordinator moves in that moment."""
RESET: Final = 5
"""The reader's position went away; the history says where."""
