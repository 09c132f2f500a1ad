"""Templates of records: JSON that says, field by field, what is made. Pure.

    {"id": {"sequence": 1}, "user": {"one_of": ["ada", "bob"]}, "amount": {"decimal": [1, 99, 2]}}

Each field is one of

| spec | makes |
| --- | --- |
| ``{"sequence": START}`` | an integer that goes up by one from record to record |
| ``{"integer": [LOW, HIGH]}`` | an integer, both included |
| ``{"number": [LOW, HIGH]}`` | a floating-point number |
| ``{"decimal": [LOW, HIGH, SCALE]}`` | a decimal with SCALE digits after the point |
| ``{"one_of": [A, B, ...]}`` | one of these, all text or all integers |
| ``{"boolean": P}`` | true with probability P |
| ``{"uuid": 4}`` | a random UUID |
| ``{"text": N}`` | N letters |
| ``{"time": 0}`` | the record's time, plus so many milliseconds |
| ``{"list": [SPEC, LEAST, MOST]}`` | a list |
| ``{"object": {...}}`` | fields in a field |
"""

import datetime as dt
import json
import random
import string
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from connect.spi.errors import ConfigError
from connect.spi.schema import (
    BOOLEAN,
    STRING,
    TIMESTAMP,
    Field,
    Schema,
    Type,
    array,
    decimal,
    struct,
)

INT64: Final = Schema(Type.INT64)
FLOAT64: Final = Schema(Type.FLOAT64)
_TEXT_MAX: Final = 100_000
_LIST_MAX: Final = 1_000
_DEPTH_MAX: Final = 8


@dataclass(frozen=True, slots=True)
class Draw:
    """What a record is made of: its number, its time, and its own dice."""

    number: int
    timestamp_ms: int
    dice: random.Random


@dataclass(frozen=True, slots=True)
class Maker:
    schema: Schema
    make: Callable[[Draw], Any]


def template(text: str) -> Maker:
    """
    Raises:
        ConfigError: the text is no JSON object of specs; it says where.
    """
    try:
        fields = json.loads(text)
    except ValueError as error:
        raise ConfigError(f"template is no JSON: {error}") from error
    return _object(fields, "template", 0)


def draw_of(seed: int, stream: int, number: int, timestamp_ms: int) -> Draw:
    """The same arguments give the same record, whichever records were made before."""
    return Draw(number, timestamp_ms, random.Random(f"{seed}/{stream}/{number}"))


def _maker(spec: Any, where: str, depth: int) -> Maker:
    if not isinstance(spec, dict) or len(spec) != 1:
        raise ConfigError(f"{where} must be an object with one name, as {{'integer': [1, 6]}}")
    ((name, argument),) = spec.items()
    found = _MAKERS.get(name)
    if found is None or depth > _DEPTH_MAX:
        raise ConfigError(f"{where}: {name!r} is none of {', '.join(_MAKERS)}, or is too deep")
    try:
        return found(argument, f"{where}.{name}", depth)
    except (TypeError, ValueError, ArithmeticError) as error:
        raise ConfigError(f"{where}.{name} does not take {json.dumps(argument)}") from error


def _sequence(start: Any, _where: str, _depth: int) -> Maker:
    first = _integer(start)
    return Maker(INT64, lambda draw: first + draw.number)


def _integers(bounds: Any, _where: str, _depth: int) -> Maker:
    low, high = (_integer(each) for each in bounds)
    _in_order(low, high)
    return Maker(INT64, lambda draw: draw.dice.randint(low, high))


def _number(bounds: Any, _where: str, _depth: int) -> Maker:
    low, high = (float(each) for each in bounds)
    _in_order(low, high)
    return Maker(FLOAT64, lambda draw: draw.dice.uniform(low, high))


def _decimal(bounds: Any, _where: str, _depth: int) -> Maker:
    low_given, high_given, scale_given = bounds
    scale = _integer(scale_given)
    _in_order(0, scale)
    _in_order(scale, 18)
    low, high = (int(Decimal(str(each)).scaleb(scale)) for each in (low_given, high_given))
    _in_order(low, high)
    return Maker(decimal(scale), lambda draw: Decimal(draw.dice.randint(low, high)).scaleb(-scale))


def _one_of(choices: Any, _where: str, _depth: int) -> Maker:
    kinds = {type(each) for each in choices}
    if not isinstance(choices, list) or kinds not in ({str}, {int}):
        raise ValueError
    schema = STRING if kinds == {str} else INT64
    return Maker(schema, lambda draw: draw.dice.choice(choices))


def _boolean(probability: Any, _where: str, _depth: int) -> Maker:
    share = float(probability)
    _in_order(0, share)
    _in_order(share, 1)
    return Maker(BOOLEAN, lambda draw: draw.dice.random() < share)


def _uuid(version: Any, _where: str, _depth: int) -> Maker:
    if version != 4:
        raise ValueError
    return Maker(STRING, lambda draw: str(uuid.UUID(int=draw.dice.getrandbits(128), version=4)))


def _letters(count: Any, _where: str, _depth: int) -> Maker:
    length = _integer(count)
    _in_order(0, length)
    _in_order(length, _TEXT_MAX)
    letters = string.ascii_lowercase
    return Maker(STRING, lambda draw: "".join(draw.dice.choices(letters, k=length)))


def _time(shift: Any, _where: str, _depth: int) -> Maker:
    milliseconds = _integer(shift)
    epoch = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
    return Maker(
        TIMESTAMP, lambda draw: epoch + dt.timedelta(milliseconds=draw.timestamp_ms + milliseconds)
    )


def _list(bounds: Any, where: str, depth: int) -> Maker:
    spec, least, most = bounds
    low, high = _integer(least), _integer(most)
    _in_order(0, low)
    _in_order(low, high)
    _in_order(high, _LIST_MAX)
    one = _maker(spec, where, depth + 1)
    return Maker(
        array(one.schema),
        lambda draw: [one.make(draw) for _ in range(draw.dice.randint(low, high))],
    )


def _object(fields: Any, where: str, depth: int) -> Maker:
    if not isinstance(fields, dict) or not fields:
        raise ConfigError(f"{where} must be an object with a spec for each field")
    makers = {name: _maker(spec, f"{where}.{name}", depth + 1) for name, spec in fields.items()}
    schema = struct(*(Field(name, maker.schema) for name, maker in makers.items()))
    return Maker(schema, lambda draw: {name: each.make(draw) for name, each in makers.items()})


def _integer(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) >= 2**62:
        raise ValueError
    return value


def _in_order(low: float, high: float) -> None:
    if not low <= high:
        raise ValueError


_MAKERS: Final[Mapping[str, Callable[[Any, str, int], Maker]]] = {
    "sequence": _sequence,
    "integer": _integers,
    "number": _number,
    "decimal": _decimal,
    "one_of": _one_of,
    "boolean": _boolean,
    "uuid": _uuid,
    "text": _letters,
    "time": _time,
    "list": _list,
    "object": _object,
}
