"""Which APIs the codec speaks: keys, version ranges, and the codec of each.

What a broker *advertises* is the node's to decide; it must lie inside these ranges. A codec's
module is imported when it is first asked for, so that a broker pays for the APIs that it serves.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum
from importlib import import_module
from typing import Any, Final

from brokers.wire.messages.versions import VERSIONS
from brokers.wire.primitives import Bytes


class ApiKey(IntEnum):
    """Every API that has a codec. Source: Apache Kafka protocol guide, "API keys"."""

    PRODUCE = 0
    FETCH = 1
    LIST_OFFSETS = 2
    METADATA = 3
    OFFSET_COMMIT = 8
    OFFSET_FETCH = 9
    FIND_COORDINATOR = 10
    JOIN_GROUP = 11
    HEARTBEAT = 12
    LEAVE_GROUP = 13
    SYNC_GROUP = 14
    DESCRIBE_GROUPS = 15
    LIST_GROUPS = 16
    SASL_HANDSHAKE = 17
    API_VERSIONS = 18
    CREATE_TOPICS = 19
    DELETE_TOPICS = 20
    DELETE_RECORDS = 21
    INIT_PRODUCER_ID = 22
    OFFSET_FOR_LEADER_EPOCH = 23
    ADD_PARTITIONS_TO_TXN = 24
    ADD_OFFSETS_TO_TXN = 25
    END_TXN = 26
    WRITE_TXN_MARKERS = 27
    TXN_OFFSET_COMMIT = 28
    DESCRIBE_ACLS = 29
    CREATE_ACLS = 30
    DELETE_ACLS = 31
    DESCRIBE_CONFIGS = 32
    ALTER_CONFIGS = 33
    ALTER_REPLICA_LOG_DIRS = 34
    DESCRIBE_LOG_DIRS = 35
    SASL_AUTHENTICATE = 36
    CREATE_PARTITIONS = 37
    DELETE_GROUPS = 42
    ELECT_LEADERS = 43
    INCREMENTAL_ALTER_CONFIGS = 44
    ALTER_PARTITION_REASSIGNMENTS = 45
    LIST_PARTITION_REASSIGNMENTS = 46
    OFFSET_DELETE = 47
    DESCRIBE_CLIENT_QUOTAS = 48
    ALTER_CLIENT_QUOTAS = 49
    DESCRIBE_USER_SCRAM_CREDENTIALS = 50
    ALTER_USER_SCRAM_CREDENTIALS = 51
    DESCRIBE_QUORUM = 55
    UPDATE_FEATURES = 57
    DESCRIBE_CLUSTER = 60
    DESCRIBE_PRODUCERS = 61
    DESCRIBE_TRANSACTIONS = 65
    LIST_TRANSACTIONS = 66
    CONSUMER_GROUP_HEARTBEAT = 68
    CONSUMER_GROUP_DESCRIBE = 69
    LIST_CONFIG_RESOURCES = 74
    DESCRIBE_TOPIC_PARTITIONS = 75

    QUOTA_SHARES = 10_000
    """Not Kafka's: brokers divide a tenant's limits among each other."""
    METADATA_CHANGES = 10_001
    """Not Kafka's: a broker that is cut from the metadata store reads it through another."""


@dataclass(frozen=True, slots=True)
class Codec:
    """One message's codec; the functions are those of its generated module."""

    api_key: ApiKey
    min_version: int
    max_version: int
    flexible_from: int
    """First flexible version; past ``max_version`` when there is none."""
    decode: Callable[..., Any]
    """``(version, data, position=0) -> message``, raises ``ProtocolError``."""
    encode: Callable[[int, Any], list[Bytes]]
    """``(version, message) -> buffers``, raises ``ValueError``."""


class Codecs(Mapping[int, Codec]):
    """API key to codec, of one direction."""

    def __init__(self, direction: str) -> None:
        self._direction = direction
        self._loaded: dict[int, Codec] = {}

    def __getitem__(self, api_key: int) -> Codec:
        codec = self._loaded.get(api_key)
        if codec is None:
            codec = self._loaded[api_key] = self._load(api_key)
        return codec

    def __contains__(self, api_key: object) -> bool:
        return api_key in VERSIONS

    def __iter__(self) -> Iterator[int]:
        return iter(VERSIONS)

    def __len__(self) -> int:
        return len(VERSIONS)

    def _load(self, api_key: int) -> Codec:
        name, first, last, flexible_from = VERSIONS[api_key]
        module = import_module(f"brokers.wire.messages.{name}_{self._direction}")
        return Codec(ApiKey(api_key), first, last, flexible_from, module.decode, module.encode)


REQUESTS: Final = Codecs("request")
RESPONSES: Final = Codecs("response")


def is_flexible(api_key: int, version: int) -> bool:
    """Whether that version has compact types and tag sections; an unknown API has not."""
    entry = VERSIONS.get(api_key)
    return entry is not None and version >= entry[3]
