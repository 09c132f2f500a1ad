"""Any bytes into any decoder: an answer or a named refusal, in little memory."""

import random
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from brokers.kernel.limits import MIB
from brokers.wire.batch import NewRecord, build_batch
from brokers.wire.compression import Compression
from brokers.wire.registry import REQUESTS
from tests.fuzz.wire_seeds import honest_messages
from tests.fuzz.wire_targets import TARGETS, run

CASES = sorted((Path(__file__).parent / "cases").glob("*.bin"))
LENGTHS = [
    b"\xff\xff\xff\xff\x0f",
    b"\x7f\xff\xff\xff",
    b"\x80\x80\x80\x80\x08",
    b"\xff\xff",
    b"\0",
]

FUZZ = settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def hostile() -> st.SearchStrategy[bytes]:
    """Bytes with the lengths in them that break naive readers."""
    piece = st.one_of(st.binary(max_size=12), st.sampled_from(LENGTHS))
    return st.lists(piece, max_size=20).map(b"".join)


@pytest.mark.parametrize("name", TARGETS)
def test_any_bytes(name: str) -> None:
    @FUZZ
    @given(hostile())
    def fuzz(data: bytes) -> None:
        run(TARGETS[name], data)

    fuzz()


def damage(data: bytes, rng: random.Random) -> bytes:
    out = bytearray(data)
    for _ in range(rng.choice((1, 1, 2, 5))):
        at = rng.randrange(2, len(out) + 1)
        match rng.randrange(4):
            case 0:
                del out[at:]
            case 1:
                out[at:at] = rng.choice(LENGTHS)
            case 2:
                size = rng.choice(LENGTHS)
                out[at : at + len(size)] = size
            case _ if at < len(out):
                out[at] ^= 1 << rng.randrange(8)
    return bytes(out)


def test_damaged_messages() -> None:
    rng = random.Random(3)
    for direction, data in honest_messages():
        run(TARGETS[direction], data)
        for _ in range(40 if len(data) > 2 else 0):
            run(TARGETS[direction], damage(data, rng))


@pytest.mark.parametrize("compression", list(Compression))
def test_damaged_batches(compression: Compression) -> None:
    rng = random.Random(compression)
    records = [NewRecord(b"N14228", b"v" * 50, [("carrier", b"UA")])] * 5
    data = build_batch(records, base_timestamp=1_000, compression=compression)
    for _ in range(1_000):
        changed = damage(data, rng)
        if len(changed) >= 12:
            changed = changed[:8] + (len(changed) - 12).to_bytes(4) + changed[12:]
        for name in ("produced", "batches", "records"):
            run(TARGETS[name], changed)


@pytest.mark.parametrize("name", ["request", "response"])
def test_no_length_is_believed(name: str) -> None:
    """Every decoder is shown huge counts at every early position; memory stays small."""
    tracemalloc.start()
    try:
        for key in REQUESTS:
            for version in range(19):
                for lead in range(0, 24):
                    body = (
                        bytes((key, version))
                        + bytes(lead)
                        + b"\xff\xff\xff\xff\x0f\x7f\xff\xff\xff"
                    )
                    run(TARGETS[name], body + bytes(64))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 8 * MIB


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_found_cases(path: Path) -> None:
    run(TARGETS[path.stem.partition("-")[0]], path.read_bytes())


def test_there_are_cases() -> None:
    assert CASES, "the folder of found cases is empty: the scan could not reach its data"
