"""What is fuzzed: a decoder of untrusted bytes, and what it may do with them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from brokers.kernel.errors import ProtocolError, Refusal
from brokers.kernel.limits import DECODED_GROWTH
from tests.fuzz.damage import LENGTHS

Check = Callable[[], object]
"""What is to be checked of a result: decoding alone is measured. It raises ``AssertionError``."""


@dataclass(frozen=True, slots=True)
class Target:
    """``decode`` is given any bytes; it may raise what ``refuses`` names, anything else is a find.

    It answers the same to the same bytes, and waits for nothing.
    """

    decode: Callable[[bytes], Check | None]
    honest: Sequence[bytes]
    """Input to start from and to damage."""
    refuses: tuple[type[Exception], ...] = (ProtocolError, Refusal)
    growth: int = DECODED_GROWTH
    """Bytes of memory for each byte of input; another only where the decoder itself promises it."""
    room: int = 0
    """Bytes of memory beyond the bound, for a decoder that is told how much it may decompress."""
    pieces: Sequence[bytes] = LENGTHS
    """What damage puts in."""
    chosen_by: int = 0
    """Leading bytes that choose the decoder: damage leaves them alone."""
    seal: Callable[[bytes], bytes] | None = None
    """Puts lengths and checksums right, so that damage gets past them."""
    size_max: int = 1 << 16
    """Longest input that it is ever given."""
    swollen_every: int = 40
    """Batches before one input that is as long as that: only long ones can cost much."""


def run(target: Target, data: bytes) -> None:
    """Decode and check."""
    try:
        check = target.decode(data)
    except target.refuses:
        return
    if check is not None:
        check()
