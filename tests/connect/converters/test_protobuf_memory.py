"""What a message takes of memory, beside the bound that Protobuf's converter keeps to.

Python's memory alone is measured here; ``upb``'s too is where the same is fuzzed.
"""

import pytest

from connect.converters.decoded_memory import allowed_bytes
from connect.converters.protobuf import ProtobufConverter
from connect.converters.registry import RegisteredSchema, framed
from connect.spi.errors import DataError
from tests.connect.converters.decoded_peak import decoded_peak
from tests.connect.converters.memory_registry import MemoryRegistry

T = "flights"
KIB = 1024
REPEATED = "message M {{ repeated {} a = 1; }} "


def fields(kind: str, count: int) -> str:
    return " ".join(f"{kind} f{number} = {number};" for number in range(1, count + 1))


ITEMS: dict[str, tuple[str, bytes]] = {
    "messages of nothing": (REPEATED.format("I") + "message I {}", b"\x0a\0"),
    "messages of a number": (
        REPEATED.format("I") + "message I { int32 n = 1; }", b"\x0a\2\x08\x07"
    ),
    "messages of a hundred numbers": (
        REPEATED.format("I") + f"message I {{ {fields('int64', 100)} }}", b"\x0a\0"
    ),
    "messages of a hundred that may be null": (
        REPEATED.format("I") + f"message I {{ {fields('optional string', 100)} }}", b"\x0a\0"
    ),
    "messages of a hundred lists": (
        REPEATED.format("I") + f"message I {{ {fields('repeated int64', 100)} }}", b"\x0a\0"
    ),
    "messages of twenty maps": (
        REPEATED.format("I") + f"message I {{ {fields('map<string, string>', 20)} }}", b"\x0a\0"
    ),
    "messages within messages": (
        REPEATED.format("A") + "message A { B b = 1; } message B { C c = 1; } message C {}",
        b"\x0a\4\x0a\2\x0a\0",
    ),
    "messages of far numbers": (
        "message M { repeated I a = 2000; } message I { int32 n = 1; }", b"\x82\x7d\0"
    ),
    "one field again and again": (
        f"message M {{ I a = 1; }} message I {{ {fields('repeated int64', 100)} }}", b"\x0a\0"
    ),
    "moments": (
        'import "google/protobuf/timestamp.proto"; '
        + REPEATED.format("google.protobuf.Timestamp"),
        b"\x0a\0",
    ),
    "numbers that may be null": (
        'import "google/protobuf/wrappers.proto"; ' + REPEATED.format("google.protobuf.Int64Value"),
        b"\x0a\0",
    ),
    "decimals": (
        'import "confluent/type/decimal.proto"; ' + REPEATED.format("confluent.type.Decimal"),
        b"\x0a\3\x0a\1\1",
    ),
    "decimals of thousands of digits": (
        'import "confluent/type/decimal.proto"; ' + REPEATED.format("confluent.type.Decimal"),
        b"\x0a\x0e\x0a\1\1\x18" + b"\xd8\xb9\xff\xff\xff\xff\xff\xff\xff\1",
    ),
    "numbers": (REPEATED.format("int64"), b"\x08\x07"),
    "texts": (REPEATED.format("string"), b"\x0a\2ab"),
    "enumerations": (REPEATED.format("E") + "enum E { A = 0; }", b"\x08\x21"),
    "what is in no schema": ("message M { int32 a = 1; }", b"\x10\0"),
    "groups in no schema": (
        "message M { repeated I a = 1; } message I { int32 n = 1; }", b"\x13\x0a\0\x14"
    ),
}  # fmt: skip
"""A message, and bytes that are repeated in it."""


class Reader:
    """Of messages of one kind, the first in ``text``."""

    def __init__(self, text: str) -> None:
        registry = MemoryRegistry()
        told = RegisteredSchema("PROTOBUF", f'syntax = "proto3"; {text}')
        self._id = registry.register(T, told)
        self._converter = ProtobufConverter({"schema.registry.url": "http://x"}, is_key=False)
        self._converter.connect_to(registry)

    def value(self, payload: bytes) -> dict[str, object]:
        read: dict[str, object] = self._converter.from_bytes(T, self._framed(payload), ())[1]
        return read

    def measured(self, payload: bytes) -> tuple[bool, int]:
        """Whether it is let through, and the most bytes of memory that it took."""
        self.value(b"")
        return decoded_peak(self._converter, self._framed(payload))

    def _framed(self, payload: bytes) -> bytes:
        return framed(self._id, b"\0" + payload)


@pytest.mark.parametrize("name", ITEMS)
def test_a_value_keeps_to_the_bound_or_is_refused_before_it_is_made(name: str) -> None:
    text, item = ITEMS[name]
    reader = Reader(text)
    for size in (KIB, 32 * KIB):
        payload = item * (size // len(item))
        is_read, peak = reader.measured(payload)
        are_decimals = "digits" in name  # Whose size is seen when they are made.
        assert peak <= (allowed_bytes(size) if is_read or are_decimals else 8 * size)


@pytest.mark.parametrize("count", [5, 6, 1_000, 5_462])
@pytest.mark.parametrize("kind", ["bool", "I"])
def test_a_map_keeps_to_the_bound(count: int, kind: str) -> None:
    reader = Reader(f"message M {{ map<int32, {kind}> a = 1; }} message I {{ int32 n = 1; }}")
    entries = (bytes((0x08, number & 0x7F | 0x80, number >> 7)) for number in range(count))
    payload = b"".join(b"\x0a" + bytes((len(entry),)) + entry for entry in entries)
    is_read, peak = reader.measured(payload)
    assert is_read
    assert peak <= allowed_bytes(len(payload))


def test_messages_deep_within_a_map_are_counted() -> None:
    reader = Reader(
        "message M { map<int32, I> a = 1; } message I { repeated J b = 1; } "
        f"message J {{ {fields('repeated int64', 100)} }}"
    )
    inner = b"\x0a\0" * 30
    entry = b"\x08\1\x12" + bytes((len(inner),)) + inner
    is_read, peak = reader.measured((b"\x0a" + bytes((len(entry),)) + entry) * 100)
    assert not is_read
    assert peak < 64 * KIB


@pytest.mark.parametrize(
    ("text", "item", "count"),
    [
        ("message I { int32 n = 1; string t = 2; }", {"n": 7, "t": "ab"}, 100_000),
        (f"message I {{ {fields('int64', 5)} }}", {"f1": 7}, 100_000),
    ],
)
def test_a_hundred_thousand_small_messages_are_read(
    text: str, item: dict[str, object], count: int
) -> None:
    told = b"\x08\x07\x12\2ab" if "t" in item else b"\x08\x07"
    payload = (b"\x0a" + bytes((len(told),)) + told) * count
    value = Reader(REPEATED.format("I") + text).value(payload)["a"]
    assert isinstance(value, list)
    assert len(value) == count
    assert all(each.items() >= item.items() for each in value)


def test_what_is_refused_is_told_with_its_sizes() -> None:
    text, item = ITEMS["messages of a hundred lists"]
    with pytest.raises(DataError) as told:
        Reader(text).value(item * 1_000)
    assert str(told.value).startswith(f"{T}: 2000 bytes become more than {allowed_bytes(2_000)} ")


@pytest.mark.parametrize(
    "wrong",
    [
        b"\x0a", b"\x0a\5", b"\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\1\0", b"\x0f", b"\x13",
        b"\x14", b"\x09\0", b"\x0d\0", b"\x08\x80", b"\x0a\1\xff", b"\0\0",
    ],
)  # fmt: skip
def test_what_is_no_message_is_refused_where_it_is_looked_at(wrong: bytes) -> None:
    reader = Reader("message M { repeated I a = 1; } message I { repeated J b = 1; } message J {}")
    for before in (b"", b"\x0a\x16\x0a\x14" + b"\x10\0" * 10 + b"\x0a\x14" + b"\x10\0" * 10):
        with pytest.raises(DataError, match="not in schema 1"):
            reader.value(before * 500 + wrong)


def test_numbers_of_a_group_are_its_own() -> None:
    """A message of a hundred lists has the number that here is of a text in an unknown group."""
    text = REPEATED.format("I") + f"message I {{ {fields('repeated int64', 100)} }}"
    reader = Reader(text)
    assert reader.value(b"\x13" + b"\x0a\1a" * 20_000 + b"\x14") == {"a": []}


def test_messages_that_name_one_another_too_deep_are_refused() -> None:
    chain = " ".join(f"message A{n} {{ A{n + 1} a = 1; }}" for n in range(700))
    with pytest.raises(DataError, match="100 deep"):
        Reader(f"{chain} message A700 {{ int32 a = 1; }}").value(b"")
