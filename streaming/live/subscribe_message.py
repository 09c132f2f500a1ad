"""``subscribe``: one more subscription for a socket, read and checked."""

from collections.abc import Mapping
from typing import Any, Final, TypeVar

from brokers.kernel.limits import PARTITIONS_PER_TOPIC_MAX
from streaming.live.cursor import InvalidCursor, decode_cursor
from streaming.live.encoding import VALUE_BYTES_MAX, Encoding, Format, whole_power_of_two
from streaming.live.feed_request import FeedRequest
from streaming.live.message_fields import InvalidMessage, only_fields, require_id
from streaming.live.start_from import InvalidRequest, parse_start
from streaming.live.subscription import CREDITS_DEFAULT, CREDITS_MAX, Mode

_FIELDS: Final = (
    *("type", "id", "topic", "partitions", "mode", "from", "resume", "filter", "key_format"),
    *("value_format", "max_value_bytes", "credits", "group"),
)
GROUP_CHARACTERS_MAX: Final = 255
E_ = TypeVar("E_", Mode, Format)


def parse_subscribe(body: Mapping[str, Any], href: str) -> FeedRequest:
    """Read the message; ``href`` is the path of the tenant's topics. Raises ``InvalidMessage``."""
    only_fields(body, *_FIELDS)
    id = require_id(body)
    try:
        return _parse(id, body, href)
    except InvalidMessage as error:
        raise InvalidMessage(str(error), id) from error
    except (InvalidRequest, InvalidCursor) as error:
        raise InvalidMessage(str(error), id) from error


def _parse(id: str, body: Mapping[str, Any], href: str) -> FeedRequest:
    topic, group = _text(body, "topic"), _text(body, "group")
    if not topic:
        raise InvalidMessage("subscribe needs topic")
    if group is not None:
        _check_group(group, body)
    resume = _text(body, "resume")
    return FeedRequest(
        id=id,
        topic=topic,
        start=parse_start(_text(body, "from") or "latest"),
        mode=Mode.LOSSLESS if group is not None else _one_of(body, "mode", Mode, Mode.TAIL),
        partitions=_partitions(body.get("partitions")),
        resume={} if resume is None else decode_cursor(resume),
        credits=_credits(body.get("credits", CREDITS_DEFAULT)),
        encoding=Encoding(
            key=_one_of(body, "key_format", Format, Format.AUTO),
            value=_one_of(body, "value_format", Format, Format.AUTO),
            max_value_bytes=_max_value_bytes(body.get("max_value_bytes")),
            href=f"{href}{topic}/partitions/",
        ),
        filter=_text(body, "filter"),
        group=group,
    )


def _check_group(group: str, body: Mapping[str, Any]) -> None:
    if not 0 < len(group) <= GROUP_CHARACTERS_MAX:
        raise InvalidMessage(f"group must have 1 to {GROUP_CHARACTERS_MAX} characters")
    for name in ("partitions", "resume"):
        if body.get(name) is not None:
            raise InvalidMessage(
                f"with group there is no {name}: the group assigns partitions, and what it has "
                "committed says where they go on"
            )
    if body.get("mode", "lossless") != "lossless":
        raise InvalidMessage("with group the mode is lossless")


def _text(body: Mapping[str, Any], name: str) -> str | None:
    value = body.get(name)
    if value is None or isinstance(value, str):
        return value
    raise InvalidMessage(f"{name} must be text")


def _one_of(body: Mapping[str, Any], name: str, kind: type[E_], default: E_) -> E_:
    value = body.get(name)
    if value is None:
        return default
    for each in kind:
        if each.value == value:
            return each
    raise InvalidMessage(f"{name} must be one of {', '.join(kind)}")


def _partitions(value: Any) -> tuple[int, ...] | None:
    if value is None:
        return None
    if not isinstance(value, list) or not 0 < len(value) <= PARTITIONS_PER_TOPIC_MAX:
        raise InvalidMessage("partitions must be a list of whole numbers")
    if not all(_is_number(each) for each in value):
        raise InvalidMessage("partitions must be a list of whole numbers")
    return tuple(sorted(set(value)))


def _credits(value: Any) -> int | None:
    if value == "unlimited":
        return None
    if not _is_number(value) or value > CREDITS_MAX:
        raise InvalidMessage(f"credits must be 0 to {CREDITS_MAX}, or unlimited")
    return int(value)


def _max_value_bytes(value: Any) -> int | None:
    if value is None:
        return None
    if not _is_number(value) or value > VALUE_BYTES_MAX:
        raise InvalidMessage(f"max_value_bytes must be 0 to {VALUE_BYTES_MAX}")
    return whole_power_of_two(value)


def _is_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0
