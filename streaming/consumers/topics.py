"""The topics that a pattern stands for now."""

from brokers.groups.consumer.regular_expressions import compile_regex, matching
from brokers.wire.messages.metadata_request import MetadataRequest
from brokers.wire.registry import ApiKey
from streaming.records.reader import Reader
from streaming.records.wire_request import WireRequest

_NULL_IS_ALL_SINCE_VERSION = 1


async def topic_names(reader: Reader) -> list[str]:
    """The tenant's topics by name, Kafka's own left out. Raises ``BrokersUnavailable``."""
    request = WireRequest(
        ApiKey.METADATA, MetadataRequest(topics=None), min_version=_NULL_IS_ALL_SINCE_VERSION
    )
    answer = await reader.ask_any(request, "the cluster's topics")
    names = (row.name for row in answer.topics if not row.error_code and not row.is_internal)
    return sorted(name for name in names if name)


async def topics_matching(reader: Reader, pattern: str) -> frozenset[str]:
    """Those whose whole name ``pattern`` matches, a regular expression of RE2's: it takes linear
    time, whoever wrote it. Raises ``Refusal`` INVALID_REGULAR_EXPRESSION."""
    compile_regex(pattern)
    return matching(pattern, await topic_names(reader))
