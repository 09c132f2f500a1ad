"""What a task holds of a database's rows at a time."""

from typing import Final

BATCH_BYTES: Final = 2 * 2**20
"""Of the rows that a batch is made of, as they are sent; a larger one is a batch of its own.
Python's objects take up to ten times that."""
