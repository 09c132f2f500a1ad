"""Which partition a keyed record goes to: the rule that every Kafka client shares.

Two producers that disagree here break the order of a key, so REST, websocket and commands use this
one. Source: Apache Kafka, ``Utils.murmur2`` (Austin Appleby's MurmurHash2, 32 bits, fixed seed) and
``BuiltInPartitioner.partitionForKey``.
"""

from struct import unpack_from
from typing import Final

_SEED: Final = 0x9747B28C
_MULTIPLIER: Final = 0x5BD1E995
_ROTATION: Final = 24
_MASK: Final = 0xFFFFFFFF


def partition_of(key: bytes, partition_count: int) -> int:
    """0 to ``partition_count`` - 1. Records without a key are the caller's to spread."""
    return (murmur2(key) & 0x7FFFFFFF) % partition_count


def murmur2(data: bytes) -> int:
    """The hash as an unsigned 32-bit number."""
    length = len(data)
    whole = length & ~3
    value = (_SEED ^ length) & _MASK
    for word in unpack_from(f"<{whole // 4}I", data):
        mixed = word * _MULTIPLIER & _MASK
        mixed ^= mixed >> _ROTATION
        value = (value * _MULTIPLIER ^ mixed * _MULTIPLIER) & _MASK
    if length > whole:
        value ^= int.from_bytes(data[whole:], "little")
        value = value * _MULTIPLIER & _MASK
    value ^= value >> 13
    value = value * _MULTIPLIER & _MASK
    return value ^ value >> 15
