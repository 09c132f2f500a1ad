"""Bodies of requests to Connect, read and checked for shape. Pure.

Kafka's values are texts, and its JSON reader makes texts of numbers and booleans; so do we.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from connect.forms.documents import OFFSET, PARTITION, TOPIC
from connect.spi.records import TopicPartition
from connect.states import TargetState
from streaming.rest.body import INT32_MAX, InvalidBody, members, shown

KEYS_MAX: Final = 1_000
"""Of a config."""
VALUE_CHARACTERS_MAX: Final = 65_536
OFFSETS_MAX: Final = 10_000
INT64_MAX: Final = 2**63 - 1
TOPIC_CHARACTERS_MAX: Final = 249
"""What brokers take; Kafka's protocol has no room for much more."""


@dataclass(frozen=True, slots=True)
class NewConnector:
    name: str
    config: dict[str, str]
    initial_state: TargetState


@dataclass(frozen=True, slots=True)
class OffsetChange:
    """``offset`` is None where the partition is to be forgotten."""

    partition: dict[str, Any]
    offset: dict[str, Any] | None


def read_new_connector(body: Any) -> NewConnector:
    """The body of ``POST /connectors``. Raises ``InvalidBody``."""
    given = members(body, ("name", "config", "initial_state"))
    name = given.get("name")
    if name is not None and not isinstance(name, str):
        raise InvalidBody("name must be a string")
    if given.get("config") is None:
        raise InvalidBody("config is missing: an object with connector.class and what it needs")
    return NewConnector((name or "").strip(), read_config(given["config"]), _state(given))


def _state(given: Mapping[str, Any]) -> TargetState:
    word = given.get("initial_state")
    if word is None:
        return TargetState.RUNNING
    known = [state.value for state in TargetState]
    if not isinstance(word, str) or word.upper() not in known:
        raise InvalidBody(f"initial_state must be one of {', '.join(known)}")
    return TargetState(word.upper())


def read_config(body: Any) -> dict[str, str]:
    """A config; a key whose value is null is left out. Raises ``InvalidBody``."""
    return {name: value for name, value in read_changes(body).items() if value is not None}


def read_changes(body: Any) -> dict[str, str | None]:
    """Changes of a config (KIP-477); null takes a key out. Raises ``InvalidBody``."""
    if not isinstance(body, dict) or len(body) > KEYS_MAX:
        raise InvalidBody(
            f"the config must be a JSON object of at most {KEYS_MAX} keys with texts as values"
        )
    return {_key(name): _text(name, value) for name, value in body.items()}


def _key(name: str) -> str:
    # A lone surrogate or a NUL is valid JSON and nothing that a database would take.
    if not name or len(name) > 300 or not name.isprintable():
        raise InvalidBody(f"{shown(name)} is no name for a key of a config")
    return name


def _text(name: str, value: Any) -> str | None:
    match value:
        case None:
            return None
        case bool():
            return "true" if value else "false"
        case int() | float():
            return str(value)
        case str() if len(value) <= VALUE_CHARACTERS_MAX and _storable(value):
            return value
    raise InvalidBody(
        f"the value of {shown(name)} must be a text of at most {VALUE_CHARACTERS_MAX} characters, "
        "a number, a boolean or null"
    )


def _storable(text: str) -> bool:
    return "\0" not in text and not any("\ud800" <= each <= "\udfff" for each in text)


def read_offsets(body: Any) -> list[OffsetChange]:
    """The body of ``PATCH /connectors/{connector}/offsets`` (KIP-875). Raises ``InvalidBody``."""
    listed = members(body, ("offsets",)).get("offsets")
    if listed is not None and (not isinstance(listed, list) or len(listed) > OFFSETS_MAX):
        raise InvalidBody(f"offsets must be a list of at most {OFFSETS_MAX} objects")
    if not listed:
        raise InvalidBody("Partitions / offsets need to be provided for an alter offsets request")
    return [_change(index, each) for index, each in enumerate(listed)]


def _change(index: int, item: Any) -> OffsetChange:
    where = f"offsets[{index}]"
    given = members(item, ("partition", "offset"), where=where)
    partition, offset = given.get("partition"), given.get("offset")
    if not isinstance(partition, dict) or not partition:
        raise InvalidBody(f"{where}.partition must be an object that names what was read from")
    if offset is not None and not isinstance(offset, dict):
        raise InvalidBody(f"{where}.offset must be an object, or null to forget the partition")
    return OffsetChange(partition, offset)


def sink_changes(changes: list[OffsetChange]) -> dict[TopicPartition, int | None]:
    """Of a sink, whose partitions are the topics' own. Raises ``InvalidBody``."""
    return {_sink_partition(each.partition): _sink_offset(each.offset) for each in changes}


def _sink_partition(given: Mapping[str, Any]) -> TopicPartition:
    members(given, (TOPIC, PARTITION), where="a sink's partition")
    topic, number = given.get(TOPIC), _whole(given.get(PARTITION), INT32_MAX)
    if not isinstance(topic, str) or not 0 < len(topic) <= TOPIC_CHARACTERS_MAX or number is None:
        raise InvalidBody(
            f"a sink's partition has {TOPIC}, a topic's name, and {PARTITION}, a whole number"
        )
    return TopicPartition(topic, number)


def _sink_offset(given: Mapping[str, Any] | None) -> int | None:
    if given is None:
        return None
    members(given, (OFFSET,), where="a sink's offset")
    offset = _whole(given.get(OFFSET), INT64_MAX)
    if offset is None:
        raise InvalidBody(f"a sink's offset has {OFFSET}, a whole number from 0")
    return offset


def _whole(value: Any, most: int) -> int | None:
    """Kafka takes a number written as a text as well."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 19:
        value = int(value)
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return value if is_number and 0 <= value <= most else None
