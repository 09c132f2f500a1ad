"""Records of ``__consumer_offsets`` and ``__transaction_state``: what stands in front of the body.

A key is its record type as int16 and a body of version 0; a value is its version as int16 and a
body; a tombstone has no value. The types of the two topics overlap, so reading starts from one of
``GROUP_STATE`` and ``TRANSACTION_STATE``. Source: Apache Kafka, ``CoordinatorRecordSerde`` and
``GroupCoordinatorRecordHelpers``, ``TransactionLog``.
"""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from struct import Struct
from types import ModuleType
from typing import Any, Final

from brokers.kernel.errors import ProtocolError
from brokers.wire.coordinator.offset_commit_key import OffsetCommitKey
from brokers.wire.coordinator.offset_commit_value import OffsetCommitValue
from brokers.wire.coordinator.transaction_log_key import TransactionLogKey

_INT16: Final = Struct(">h")


@dataclass(frozen=True, slots=True)
class StateRecord:
    """One record of an internal topic, not encoded yet."""

    key: Any
    """A key dataclass of this package, such as ``GroupMetadataKey``."""
    value: Any
    """The value dataclass that belongs to the key, or None for a tombstone."""


@dataclass(frozen=True, slots=True)
class UnknownKey:
    """A key of a type that is not read here, to be skipped and counted."""

    record_type: int


@dataclass(frozen=True, slots=True)
class _Kind:
    """One record type: its codecs, and the value's version that is written."""

    name: str
    record_type: int
    version: int
    """The newest that Apache Kafka 4.2 writes by default: not always the newest that it reads."""

    def module(self, half: str) -> ModuleType:
        return import_module(f"brokers.wire.coordinator.{self.name}_{half}")


class StateTopic:
    """The record types of one internal topic. ``nothing`` is a record that changes nothing: the
    tombstone of what cannot be there."""

    def __init__(self, kinds: tuple[_Kind, ...], nothing: StateRecord) -> None:
        self.nothing = nothing
        self._keys: dict[int, Callable[..., Any]] = {}
        self._values: dict[type, Callable[..., Any]] = {}
        for kind in kinds:
            key, value = kind.module("key"), kind.module("value")
            self._keys[kind.record_type] = key.decode
            self._values[_dataclass_of(key)] = value.decode

    def decode_key(self, data: bytes | memoryview) -> Any:
        """The key, or an ``UnknownKey``. Raises ``ProtocolError`` for what cannot be read."""
        record_type = _int16(data, "key")
        decode = self._keys.get(record_type)
        if decode is None:
            return UnknownKey(record_type)
        return decode(0, memoryview(data), _INT16.size)

    def decode_value(self, key: Any, data: bytes | memoryview) -> Any:
        """The value of a record with that key. Raises ``ProtocolError`` for what cannot be read,
        an unknown version included: that value was written by a newer release.
        """
        return self._values[type(key)](_int16(data, "value"), memoryview(data), _INT16.size)


def encode_key(key: Any) -> bytes:
    """Raises ``ValueError`` for a field that does not fit, as a group id above 32767 bytes."""
    record_type, encode = _KEY_WRITERS[type(key)]
    return _INT16.pack(record_type) + b"".join(encode(0, key))


def encode_value(value: Any) -> bytes:
    """Raises ``ValueError`` for a field that does not fit."""
    version, encode = _VALUE_WRITERS[type(value)]
    if isinstance(value, OffsetCommitValue) and value.expire_timestamp != -1:
        version = _WITH_EXPIRY
    return _INT16.pack(version) + b"".join(encode(version, value))


def _int16(data: bytes | memoryview, half: str) -> int:
    if len(data) < _INT16.size:
        raise ProtocolError(f"a state record's {half} has {len(data)} bytes and no type")
    number: int = _INT16.unpack_from(data)[0]
    return number


def _dataclass_of(module: ModuleType) -> type:
    """The message of a generated module, named as the module is."""
    name = module.__name__.rpartition(".")[2].title().replace("_", "")
    found: type = getattr(module, name)
    return found


_WITH_EXPIRY: Final = 1
"""The only version of an offset's value that says when the offset expires."""

_GROUPS: Final = (
    _Kind("legacy_offset_commit", 0, 0),
    _Kind("offset_commit", 1, 4),
    _Kind("group_metadata", 2, 3),
    _Kind("consumer_group_metadata", 3, 0),
    _Kind("consumer_group_partition_metadata", 4, 0),
    _Kind("consumer_group_member_metadata", 5, 0),
    _Kind("consumer_group_target_assignment_metadata", 6, 0),
    _Kind("consumer_group_target_assignment_member", 7, 0),
    _Kind("consumer_group_current_member_assignment", 8, 0),
    _Kind("consumer_group_regular_expression", 16, 0),
)
_TRANSACTIONS: Final = (_Kind("transaction_log", 0, 1),)

GROUP_STATE: Final = StateTopic(_GROUPS, StateRecord(OffsetCommitKey("", "", 0), None))
"""``__consumer_offsets``."""

TRANSACTION_STATE: Final = StateTopic(_TRANSACTIONS, StateRecord(TransactionLogKey(""), None))
"""``__transaction_state``."""

_KEY_WRITERS: Final = {
    _dataclass_of(kind.module("key")): (kind.record_type, kind.module("key").encode)
    for kind in (*_GROUPS, *_TRANSACTIONS)
}
_VALUE_WRITERS: Final = {
    _dataclass_of(kind.module("value")): (kind.version, kind.module("value").encode)
    for kind in (*_GROUPS, *_TRANSACTIONS)
}
