"""One way to ask a broker, and the message that comes of it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from importlib import import_module
from typing import Any

from brokers.wire.generator.schema import Field, Message, Struct, load_messages
from tests.isolation.names import Mine, Names, Thing

MESSAGES: dict[tuple[int, str], Message] = {
    (message.api_key, message.direction): message for message in load_messages()
}


@dataclass(frozen=True, slots=True)
class Case:
    """``values`` are the request's fields by dotted path: constants, ``Thing``s, ``Mine``. An array
    of structs has one element, unless its own path has a value.

    ``since`` and ``until`` bound the versions in which it is asked.
    """

    label: str
    values: Mapping[str, Any]
    since: int = 0
    until: int = 1 << 15
    masks: tuple[str, ...] = ()
    """Fields of the answer, by dotted path, that are drawn anew each time."""
    spends: str = ""
    """What asking makes or unmakes: "topic", "group", "consumers" or "transaction". Each question
    is then about a new one."""
    blind: str = ""
    """Why one's own thing is answered like an absent one; such a case shows less."""
    listing: bool = False
    """It names nothing: the answer must be the same whether or not the other tenant is there."""
    fields: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "fields", frozenset(self.values))


def request_of(case: Case, api_key: int, version: int, names: Names, mine: Names) -> Any:
    """The message of ``case`` about ``names``."""
    message = MESSAGES[api_key, "request"]
    module = import_module(f"brokers.wire.messages.{message.module}")
    values = {path: _resolved(value, names, mine) for path, value in case.values.items()}
    return _filled(message.root, "", version, values, module)


def _resolved(value: Any, names: Names, mine: Names) -> Any:
    match value:
        case Thing():
            return getattr(names, value)
        case Mine(thing):
            return getattr(mine, thing)
        case list():
            return [_resolved(each, names, mine) for each in value]
    return value


def _filled(
    struct: Struct, prefix: str, version: int, values: Mapping[str, Any], module: Any
) -> Any:
    given = {}
    for each in struct.fields:
        path = prefix + each.name
        if not each.present(version):
            continue
        if path in values:
            value = values[path]
            alone = each.is_array and value is not None and not isinstance(value, list)
            given[each.name] = [value] if alone else value
        elif each.struct is not None and (each.tag is None or _speaks_of(path, values)):
            inner = _filled(each.struct, f"{path}.", version, values, module)
            given[each.name] = [inner] if each.is_array else inner
    return getattr(module, struct.name)(**given)


def _speaks_of(path: str, values: Mapping[str, Any]) -> bool:
    return any(each.startswith(f"{path}.") for each in values)


def masked(case: Case, response: Any) -> Any:
    """``response`` without what is drawn anew each time; changed in place."""
    for path in case.masks:
        _mask(response, path.split("."))
    return response


def _mask(part: Any, path: list[str]) -> None:
    if isinstance(part, list):
        for each in part:
            _mask(each, path)
    elif len(path) > 1:
        _mask(getattr(part, path[0]), path[1:])
    elif getattr(part, path[0]):
        setattr(part, path[0], type(getattr(part, path[0]))())


def naming_fields(api_key: int, versions: range) -> set[str]:
    """Fields of a request that may name a thing: texts, ids, bytes, and producers' ids."""
    return set(_naming(MESSAGES[api_key, "request"].root, "", versions))


def _naming(struct: Struct, prefix: str, versions: range) -> list[str]:
    found = []
    for each in struct.fields:
        if not any(each.present(version) for version in versions):
            continue
        path = prefix + each.name
        if each.struct is not None:
            found += _naming(each.struct, f"{path}.", versions)
        elif each.type in {"string", "uuid", "bytes"} or "producer_id" in each.name:
            found.append(path)
    return found


def values_with(
    case: Case, api_key: int, version: int, number: Callable[[str], int | None]
) -> Case:
    """``case`` with other numbers in the request: ``number`` of a field's name, where it has one.

    What the case itself sets as a text, an id or a list stays.
    """
    values = dict(case.values)
    for path, each in _numbers(MESSAGES[api_key, "request"].root, "", version):
        drawn = number(each.name)
        if drawn is not None and isinstance(values.get(path, 0), int):
            half = 1 << int(each.type.removeprefix("int")) - 1
            drawn = max(-half, min(half - 1, drawn))
            values[path] = [drawn] if each.is_array else drawn
    return replace(case, values=values)


def _numbers(struct: Struct, prefix: str, version: int) -> Iterator[tuple[str, Field]]:
    for each in struct.fields:
        if not each.present(version):
            continue
        if each.struct is not None:
            yield from _numbers(each.struct, f"{prefix}{each.name}.", version)
        elif each.type.startswith("int"):
            yield prefix + each.name, each
