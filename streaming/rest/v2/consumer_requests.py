"""The bodies and queries of consumer instances, read and checked for shape."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from django.http import QueryDict

from brokers.kernel.limits import FETCH_BYTES_MAX, FETCH_WAIT_MS_MAX
from streaming.consumers.errors import InvalidConfig
from streaming.consumers.settings import (
    BYTES_DEFAULT,
    Format,
    InstanceSettings,
    Reset,
)
from streaming.groups.model import Committed, TopicPartition
from streaming.rest.body import INT32_MAX, InvalidBody, items, members, number, shown, text
from streaming.rest.consume_request import InvalidQuery

ENTRIES_MAX: Final = 10_000
"""Topics or partitions in one request."""
INT64_MAX: Final = 2**63 - 1
MIN_BYTES_MAX: Final = FETCH_BYTES_MAX
NAME_CHARACTERS_MAX: Final = 255
METADATA_CHARACTERS_MAX: Final = 4_096

_NAME: Final = re.compile(r"[A-Za-z0-9_~-]+(\.[A-Za-z0-9_~-]+)*")
_CONFIGS: Final = (
    "id",
    "name",
    "format",
    "auto.offset.reset",
    "auto.commit.enable",
    "fetch.min.bytes",
    "consumer.request.timeout.ms",
)


def parse_instance(body: Any) -> tuple[str | None, InstanceSettings]:
    """An instance's name, None to be given one, and its settings. ``body`` is parsed JSON, None
    for the defaults. Raises ``InvalidConfig``."""
    try:
        given = members({} if body is None else body, _CONFIGS)
    except InvalidBody as error:
        raise InvalidConfig(f"Invalid consumer configuration: {error}") from error
    names = [given[key] for key in ("id", "name") if given.get(key) is not None]
    for name in names:
        if not _is_name(name):
            raise InvalidConfig(
                f"name must be at most {NAME_CHARACTERS_MAX} letters, digits, _, ~ and -, with "
                "single dots between them, since it stands in the instance's URL"
            )
    defaults = InstanceSettings()
    return next(iter(names), None), InstanceSettings(
        format=Format(_choice(given, "format", [each.value for each in Format], "binary")),
        reset=Reset(_choice(given, "auto.offset.reset", [each.value for each in Reset], "latest")),
        auto_commit=_choice(given, "auto.commit.enable", ["true", "false"], "false") == "true",
        min_bytes=max(_count(given, "fetch.min.bytes", -1, MIN_BYTES_MAX, defaults.min_bytes), 1),
        timeout_ms=_count(
            given, "consumer.request.timeout.ms", 0, FETCH_WAIT_MS_MAX, defaults.timeout_ms
        ),
    )


def check_group(name: str) -> None:
    """Raises ``InvalidConfig`` for a group's name that is too long."""
    if len(name) > NAME_CHARACTERS_MAX:
        raise InvalidConfig(
            f"the group's name has {len(name)} characters; at most {NAME_CHARACTERS_MAX} are taken"
        )


def _is_name(name: Any) -> bool:
    is_text = isinstance(name, str) and len(name) <= NAME_CHARACTERS_MAX
    return is_text and _NAME.fullmatch(name) is not None


def _choice(given: Mapping[str, Any], name: str, choices: list[str], default: str) -> str:
    value = given.get(name)
    if value is None:
        return default
    # Confluent's clients send booleans as text, others as they are.
    word = str(value).lower() if isinstance(value, str | bool) else ""
    if word not in choices:
        raise InvalidConfig(f"{name} must be one of {', '.join(choices)}")
    return word


def _count(given: Mapping[str, Any], name: str, low: int, high: int, default: int) -> int:
    value = given.get(name)
    if value is None:
        return default
    if isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,10}", value):
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise InvalidConfig(f"{name} must be a whole number from {low} to {high}")
    return value


def parse_subscription(body: Any) -> list[str] | str:
    """Topics, or a pattern that is a text. Raises ``InvalidBody``."""
    given = members(body, ("topics", "topic_pattern"))
    topics, pattern = given.get("topics"), given.get("topic_pattern")
    if (topics is None) == (pattern is None):
        raise InvalidBody("give topics or topic_pattern, one of them")
    if pattern is not None:
        return text(given, "topic_pattern")
    names: list[str] = []
    for name in items(given, "topics", ENTRIES_MAX):
        if not isinstance(name, str):
            raise InvalidBody("topics must be a list of names")
        names.append(name)
    return names


def parse_partitions(body: Any) -> list[TopicPartition]:
    """``{"partitions": [{"topic", "partition"}]}``. Raises ``InvalidBody``."""
    given = members(body, ("partitions",))
    if given.get("partitions") == []:
        return []
    entries = enumerate(items(given, "partitions", ENTRIES_MAX))
    return [_partition(each, f"partitions[{index}]", ()) for index, each in entries]


def parse_commit(body: Any) -> dict[TopicPartition, Committed]:
    """Offsets of the last records that were consumed, as what is committed: one more each.

    So REST v2 has it; its positions and what it answers are as everywhere else. Raises
    ``InvalidBody``.
    """
    given = members(body, ("offsets",))
    found = {}
    for index, each in enumerate(items(given, "offsets", ENTRIES_MAX)):
        where = f"offsets[{index}]"
        partition = _partition(each, where, ("offset", "metadata"))
        metadata = each.get("metadata") or ""
        if not isinstance(metadata, str) or len(metadata) > METADATA_CHARACTERS_MAX:
            raise InvalidBody(
                f"{where}.metadata must be text of at most {METADATA_CHARACTERS_MAX} characters"
            )
        offset = number(each, "offset", 0, INT64_MAX - 1) + 1
        found[partition] = Committed(offset, metadata=metadata)
    return found


def parse_positions(body: Any) -> tuple[dict[TopicPartition, int], dict[TopicPartition, int]]:
    """Offsets and times (Unix ms) to read on from. Raises ``InvalidBody``."""
    given = members(body, ("offsets", "timestamps"))
    if given.get("offsets") is None and given.get("timestamps") is None:
        raise InvalidBody("give offsets, or timestamps, or both")
    offsets, times = {}, {}
    if given.get("offsets") is not None:
        for index, each in enumerate(items(given, "offsets", ENTRIES_MAX)):
            where = f"offsets[{index}]"
            partition = _partition(each, where, ("offset", "metadata"))
            offsets[partition] = number(each, "offset", 0, INT64_MAX)
    if given.get("timestamps") is not None:
        for index, each in enumerate(items(given, "timestamps", ENTRIES_MAX)):
            where = f"timestamps[{index}]"
            partition = _partition(each, where, ("timestamp", "metadata"))
            times[partition] = _time(each.get("timestamp"), where)
    return offsets, times


def _partition(item: Any, where: str, also: tuple[str, ...]) -> TopicPartition:
    given = members(item, ("topic", "partition", *also), where=where)
    return TopicPartition(text(given, "topic"), number(given, "partition", 0, INT32_MAX))


def _time(value: Any, where: str) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= INT64_MAX:
        return value
    try:
        moment = datetime.fromisoformat(value)
        return max(int(moment.replace(tzinfo=moment.tzinfo or UTC).timestamp() * 1000), 0)
    except (TypeError, ValueError, OverflowError):
        raise InvalidBody(
            f"{where}.timestamp must be ISO 8601 text such as 2024-06-01T12:00:00Z, or Unix ms"
        ) from None


def parse_poll(query: QueryDict, timeout_ms: int) -> tuple[int, int]:
    """How long to wait (ms; ``timeout_ms`` unless the query says) and how many bytes of keys and
    values to give. Raises ``InvalidQuery``."""
    for name in query:
        if name not in ("timeout", "max_bytes"):
            raise InvalidQuery(f"unknown parameter {shown(name)}; known: max_bytes, timeout")
    wait = _asked(query, "timeout", timeout_ms)
    size = _asked(query, "max_bytes", BYTES_DEFAULT)
    return min(wait, FETCH_WAIT_MS_MAX), min(max(size, 1), FETCH_BYTES_MAX)


def _asked(query: QueryDict, name: str, default: int) -> int:
    """-1 asks for the default, as Confluent's clients send it."""
    value = query.get(name)
    if value is None or value == "-1":
        return default
    if not (value.isascii() and value.isdigit() and len(value) < 20):
        raise InvalidQuery(f"{name} must be a whole number, 0 or greater")
    return int(value)
