"""Producer ids that tell nothing of how many others there are.

Ids are counted through the whole cell, so two in a row would tell a tenant how many producers
everybody else has begun meanwhile. A permutation under the cell's secret hides the count and keeps
ids unique: a Feistel network (Luby and Rackoff 1988) over 62 bits.
"""

import hashlib
from typing import Final

from brokers.kernel.ids import ProducerId

ID_BITS: Final = 62
"""Ids stay positive in Kafka's int64, with a bit to spare."""

_HALF_BITS: Final = ID_BITS // 2
_HALF: Final = (1 << _HALF_BITS) - 1
_ROUNDS: Final = 4
"""Enough that a permutation cannot be told from a random one by asking for images."""
_PURPOSE: Final = b"producer ids"


class ProducerIdCipher:
    """``secret`` is the cell's, so that all brokers permute alike."""

    def __init__(self, secret: bytes) -> None:
        self._key = hashlib.blake2b(_PURPOSE, key=secret[:64], digest_size=32).digest()

    def hidden(self, number: int) -> ProducerId:
        """The id for the ``number``th producer of the cell, 0 to 2**62 - 1; no two share one."""
        left, right = number >> _HALF_BITS, number & _HALF
        for step in range(_ROUNDS):
            left, right = right, left ^ self._mixed(step, right)
        return ProducerId(left << _HALF_BITS | right)

    def _mixed(self, step: int, half: int) -> int:
        text = bytes((step,)) + half.to_bytes(4, "big")
        digest = hashlib.blake2b(text, key=self._key, digest_size=4).digest()
        return int.from_bytes(digest, "big") & _HALF
