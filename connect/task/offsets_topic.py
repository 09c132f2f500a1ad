"""The tenant's topic of source offsets, as it is made.

It is compacted and has one partition: a source reads it whole when it starts, and order among all
offsets costs nothing at a record per flush and source partition.
"""

from typing import Final

PARTITIONS: Final = 1
CONFIG: Final = {"cleanup.policy": "compact", "segment.bytes": str(16 * 2**20)}
