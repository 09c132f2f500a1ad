"""The topics that hold coordinators' state, and which of their partitions holds whose.

They belong to the service's own tenant and are compacted; a tenant's name for a group or a
transaction is qualified by the tenant before it comes near them.
"""

from typing import Final
from zlib import crc32

from brokers.kernel.ids import TenantId, TopicName

CONSUMER_OFFSETS: Final = TopicName("__consumer_offsets")
TRANSACTION_STATE: Final = TopicName("__transaction_state")

_TENANT_HEX: Final = 32


def qualified(tenant_id: TenantId, name: str) -> str:
    """A tenant's own name for a group or a transaction, as internal topics have it."""
    return f"{tenant_id.replace('-', '')}/{name}"


def qualifier(tenant_id: TenantId) -> str:
    """What the qualified names of a tenant begin with."""
    return f"{tenant_id.replace('-', '')}/"


def unqualified(name: str) -> str:
    """The tenant's own name."""
    return name[_TENANT_HEX + 1 :]


def tenant_of(name: str) -> TenantId:
    """Whose a qualified name is."""
    digits = name[:_TENANT_HEX]
    return TenantId("-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:])))


def partition_for(name: str, partition_count: int) -> int:
    """Which partition holds the state of a qualified name. The count never changes: names would
    move away from their state."""
    return crc32(name.encode()) % partition_count
