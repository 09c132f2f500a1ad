"""Any bytes into any decoder: an answer or a named refusal, in little memory."""

import random
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from brokers.kernel.limits import DECODED_GROWTH, ELEMENT_UNIT_BYTES, MIB, REQUEST_UNITS_MAX
from brokers.wire.batch import NewRecord, build_batch
from brokers.wire.compression import Compression
from brokers.wire.generator.layout import element_units
from brokers.wire.generator.schema import Field, Message, load_messages
from brokers.wire.registry import REQUESTS
from tests.fuzz.bounds import decode_in_bounded_memory, run_within_bounds
from tests.fuzz.damage import LENGTHS, damage
from tests.fuzz.target import run
from tests.fuzz.targets import targets
from tests.fuzz.wire_seeds import byte_of
from tests.unit.wire.samples import module_of

TARGETS = targets()
WIRE = (
    *("request", "response", "header", "response_header"),
    *("produced", "batches", "records", "decompression"),
)
CASES = sorted((Path(__file__).parent / "cases").glob("*.bin"))
FUZZ = settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def hostile() -> st.SearchStrategy[bytes]:
    """Bytes with the lengths in them that break naive readers."""
    piece = st.one_of(st.binary(max_size=12), st.sampled_from(LENGTHS))
    return st.lists(piece, max_size=20).map(b"".join)


@pytest.mark.parametrize("name", WIRE)
def test_any_bytes(name: str) -> None:
    @FUZZ
    @given(hostile())
    def fuzz(data: bytes) -> None:
        run(TARGETS[name], data)

    fuzz()


def test_damaged_messages() -> None:
    rng = random.Random(3)
    for direction in ("request", "response"):
        for data in TARGETS[direction].honest:
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
                        bytes((byte_of(REQUESTS, key), version))
                        + bytes(lead)
                        + b"\xff\xff\xff\xff\x0f\x7f\xff\xff\xff"
                    )
                    run(TARGETS[name], body + bytes(64))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 8 * MIB


@pytest.mark.parametrize("edge", [0.98, 1.05], ids=["the most that is taken", "more"])
def test_the_smallest_elements_stay_within_the_bounds(edge: float) -> None:
    """Every array that stands first in a request, full of its smallest elements."""
    taken = 0
    for message, field in first_arrays():
        version = message.versions.last
        module = module_of(message)
        head = bytes((byte_of(REQUESTS, message.api_key), version))

        def frame(count: int, field=field, module=module, version=version, head=head) -> bytes:
            element = getattr(module, field.struct.name)() if field.struct else LEAST[field.type]
            root = getattr(module, module_name(module))(**{field.name: [element] * count})
            return head + b"".join(bytes(piece) for piece in module.encode(version, root))

        size = len(frame(2)) - len(frame(1))
        units = element_units(field)
        room = units * ELEMENT_UNIT_BYTES - DECODED_GROWTH * size
        by_size = 15 / 16 * MIB // room if room > 0 else REQUEST_UNITS_MAX
        data = frame(int(min(by_size, REQUEST_UNITS_MAX // units) * edge))
        tracemalloc.start()
        try:
            taken += decode_in_bounded_memory(TARGETS["request"], data) is not None
        finally:
            tracemalloc.stop()
    assert taken > 30 if edge < 1 else taken == 0


def first_arrays() -> Iterator[tuple[Message, Field]]:
    for message in load_messages():
        if message.direction == "request":
            for field in message.root.positional(message.versions.last):
                if field.is_array:
                    yield message, field
                    break


LEAST = {"string": "", "bytes": b"", "uuid": bytes(16)} | dict.fromkeys(
    ("bool", "int8", "int16", "uint16", "int32", "uint32", "int64"), 1 << 6
)


def module_name(module: ModuleType) -> str:
    """The name of the message's own class."""
    return "".join(part.capitalize() for part in module.__name__.rpartition(".")[2].split("_"))


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_found_cases(path: Path) -> None:
    run_within_bounds(TARGETS[path.stem.partition("-")[0]], path.read_bytes())


def test_there_are_cases() -> None:
    assert CASES, "the folder of found cases is empty: the scan could not reach its data"
