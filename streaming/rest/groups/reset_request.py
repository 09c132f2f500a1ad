"""The body of ``offsets:reset``, read and checked for shape."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from streaming.groups.reset import CommittedTopics, NamedTopics, Scope
from streaming.groups.reset_plan import (
    ShiftBy,
    Strategy,
    ToCurrent,
    ToEarliest,
    ToLatest,
    ToOffset,
    ToTime,
)
from streaming.rest.body import INT32_MAX, InvalidBody, items, members, number, shown, text

TOPICS_MAX: Final = 1_000
PARTITIONS_MAX: Final = 10_000
INT64_MAX: Final = 2**63 - 1

_NAMED: Final = {"earliest": ToEarliest(), "latest": ToLatest(), "current": ToCurrent()}
_COUNTED: Final = ("offset", "timestamp", "duration", "shift")


@dataclass(frozen=True, slots=True)
class ResetRequest:
    scope: Scope
    strategy: Strategy
    validate_only: bool


def parse_reset(body: Any, now_ms: int) -> ResetRequest:
    """``body`` is parsed JSON; ``now_ms`` is Unix time, for a duration. Raises ``InvalidBody``.

    ``validate_only`` has no default: nobody resets by leaving something out.
    """
    given = members(body, ("topics", "to", "value", "validate_only"))
    validate_only = given.get("validate_only")
    if not isinstance(validate_only, bool):
        raise InvalidBody(
            "validate_only must be true, to see what the reset would do, or false, to do it"
        )
    return ResetRequest(_scope(given), _strategy(given, now_ms), validate_only)


def _scope(given: Mapping[str, Any]) -> Scope:
    if given.get("topics") is None:
        return CommittedTopics()
    found: dict[str, tuple[int, ...] | None] = {}
    for index, item in enumerate(items(given, "topics", TOPICS_MAX)):
        where = f"topics[{index}]"
        topic = members(item, ("topic_name", "partitions"), where=where)
        name = text(topic, "topic_name")
        if name in found:
            raise InvalidBody(f"topics names {shown(name)} twice; give all its partitions at once")
        found[name] = _partitions(topic, where)
    return NamedTopics(found)


def _partitions(topic: Mapping[str, Any], where: str) -> tuple[int, ...] | None:
    if topic.get("partitions") is None:
        return None
    given = items(topic, "partitions", PARTITIONS_MAX)
    for each in given:
        if not isinstance(each, int) or isinstance(each, bool) or not 0 <= each <= INT32_MAX:
            raise InvalidBody(f"{where}.partitions must be whole numbers, 0 or greater")
    return tuple(sorted(set(given)))


def _strategy(given: Mapping[str, Any], now_ms: int) -> Strategy:
    to = text(given, "to")
    if to in _NAMED:
        if given.get("value") is not None:
            raise InvalidBody(f"to {to} takes no value")
        return _NAMED[to]
    if to not in _COUNTED:
        known = ", ".join((*_NAMED, *_COUNTED))
        raise InvalidBody(f"to {shown(to)} is not known; it is one of {known}")
    if to == "shift":
        return ShiftBy(number(given, "value", -INT64_MAX, INT64_MAX))
    value = number(given, "value", 0, INT64_MAX)
    if to == "offset":
        return ToOffset(value)
    return ToTime(value if to == "timestamp" else max(now_ms - value, 0))
