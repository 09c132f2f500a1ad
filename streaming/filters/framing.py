"""What both ends of the worker's pipes know. Apart from ``worker``: the web process must not load
the language, which is a fifth of all that it loads."""

from typing import Final

PREFIX_BYTES: Final = 4
"""A message's length before it, big-endian."""
