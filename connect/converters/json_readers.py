"""Values in JSON as their schemas have them, in what a schema has become: nobody looks at it again
for each value.

``orjson`` makes at most 64 bytes of memory of a byte, and so do values of numbers and text. What
else is made of a document, its schema decides: a struct of no byte has all of its fields. That is
taken from an ``Allowance`` before it is made.
"""

import base64
import binascii
import math
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import cache
from typing import Any, Final

from connect.converters import logical
from connect.converters.decoded_memory import (
    LIST,
    LIST_ITEM,
    MAP,
    MAP_ITEM,
    Allowance,
    decimal_bytes,
    struct_bytes,
)
from connect.spi.errors import DataError
from connect.spi.instants import instant
from connect.spi.schema import (
    DATE_NAME,
    DECIMAL_NAME,
    TIME_NAME,
    TIMESTAMP_NAME,
    Field,
    Schema,
    Type,
    check,
)

Read = Callable[[Any], Any]
"""Of what ``orjson`` reads to the value that it stands for. Raises ``DataError``."""

PER_BYTE: Final = 64
"""What nobody spends, for each byte of JSON."""
_NULL: Final = "null, and the schema does not allow it"
_SHOWN_MAX: Final = 200
_MESSAGE_MAX: Final = 1_000
"""Characters of what is said."""
_BITS: Final = {Type.INT8: 7, Type.INT16: 15, Type.INT32: 31, Type.INT64: 63}
_NOT_FINITE: Final = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}
_MOMENTS: Final[Mapping[str, Callable[[int], Any]]] = {
    DATE_NAME: logical.date_of,
    TIME_NAME: logical.time_of,
    TIMESTAMP_NAME: instant,
}


class JsonReaders:
    """``fills_defaults``: null becomes the schema's default, where it has one. One value at a time
    is read."""

    def __init__(self, *, fills_defaults: bool) -> None:
        self._fills_defaults = fills_defaults
        self._allowance = Allowance()

    def begin(self, size: int) -> None:
        """What is read from now on is of ``size`` bytes of JSON."""
        self._allowance.begin(size, PER_BYTE)

    def reader(self, schema: Schema) -> Read:
        """For values of that schema."""
        return _Readers(self._allowance, self._fills_defaults).of(schema)

    def value(self, schema: Schema, document: Any) -> Any:
        """One value, such as a default. Raises ``DataError``."""
        return self.reader(schema)(document)


class _Readers:
    """Of one schema and of those within it."""

    def __init__(self, allowance: Allowance, fills_defaults: bool) -> None:
        self._allowance = allowance
        self._fills_defaults = fills_defaults
        # A schema that others refer to is one object, however often they do.
        self._made: dict[int, Read] = {}

    def of(self, schema: Schema) -> Read:
        read = self._made.get(id(schema))
        if read is None:
            read = self._made[id(schema)] = self._reader(schema)
        return read

    def _reader(self, schema: Schema) -> Read:
        if schema.name == DECIMAL_NAME:
            return self._or_null(schema, self._decimal(schema))
        if schema.name in _MOMENTS:
            return self._scalar(schema, schema.name)
        match schema.type:
            case Type.STRUCT:
                return self._or_null(schema, self._struct(schema))
            case Type.ARRAY:
                return self._or_null(schema, self._array(schema))
            case Type.MAP:
                return self._or_null(schema, self._map(schema))
        return self._scalar(schema, None)

    def _or_null(self, schema: Schema, read: Read) -> Read:
        if not self._is_nullable(schema):
            return lambda document: read(_given(document))
        null = self._null(schema)
        return lambda document: null if document is None else read(document)

    def _scalar(self, schema: Schema, moment: str | None) -> Read:
        if not self._is_nullable(schema):
            return _scalar(schema.type, moment)
        null = self._null(schema)
        return _nullable(schema.type, moment) if null is None else _defaulted(schema, moment, null)

    @staticmethod
    def _is_nullable(schema: Schema) -> bool:
        return schema.optional or schema.has_default

    def _null(self, schema: Schema) -> Any:
        """What null is, where it is allowed."""
        return schema.default if schema.has_default and self._fills_defaults else None

    def _decimal(self, schema: Schema) -> Read:
        spend = self._allowance.spend

        def read(document: Any) -> Decimal:
            scale = logical.scale_of(schema)
            if isinstance(document, str):
                spend(decimal_bytes(2 * len(document)))
                return logical.decimal_of(_bytes(document), scale)
            if not logical.is_number(document):
                raise DataError(f"{_shown(document)} is no decimal")
            number = Decimal(str(document))
            spend(decimal_bytes(logical.digits_of(number, scale)))
            return logical.scaled(number, scale)

        return read

    def _struct(self, schema: Schema) -> Read:
        readers = {each.name: self.of(each.schema) for each in schema.fields}
        absent = {each.name: self._absent(each) for each in schema.fields}
        required = frozenset(
            each.name for each in schema.fields if not self._is_nullable(each.schema)
        )
        memory, spend, reader_of = struct_bytes(readers), self._allowance.spend, readers.get

        def read(document: Any) -> dict[str, Any]:
            if type(document) is not dict:
                raise _misfit(document, schema)
            spend(memory)
            value = absent.copy()
            for name, told in document.items():
                field = reader_of(name)
                if field is not None:
                    try:
                        value[name] = field(told)
                    except DataError as error:
                        raise _within(name, error) from error
            if required and not required.issubset(document):
                raise _missing(schema, required, document)
            return value

        return read

    def _absent(self, field: Field) -> Any:
        return self._null(field.schema) if self._is_nullable(field.schema) else None

    def _array(self, schema: Schema) -> Read:
        item, spend = self.of(_inner(schema.values)), self._allowance.spend

        def read(document: Any) -> list[Any]:
            if type(document) is not list:
                raise _misfit(document, schema)
            spend(LIST + LIST_ITEM * len(document))
            return [item(each) for each in document]

        return read

    def _map(self, schema: Schema) -> Read:
        keys, values = _inner(schema.keys), _inner(schema.values)
        is_text, spend = keys.type is Type.STRING, self._allowance.spend
        key, value = self.of(keys), self.of(values)

        def read(document: Any) -> dict[Any, Any]:
            if is_text and type(document) is dict:
                spend(MAP + MAP_ITEM * len(document))
                return {name: value(each) for name, each in document.items()}
            if type(document) is not list:
                raise _misfit(document, schema)
            if not all(type(pair) is list and len(pair) == 2 for pair in document):
                raise DataError("a map without text keys is written as an array of pairs")
            spend(MAP + MAP_ITEM * len(document))
            try:
                return {key(name): value(each) for name, each in document}
            except TypeError as error:
                raise DataError(f"a map with such keys cannot be read: {error}") from error

        return read


@cache
def _scalar(type_: Type, moment: str | None) -> Read:
    """Of what is there. Schemas have these in common, so that one of many fields takes little."""
    if moment is not None:
        return _moment(moment)
    if type_ in _BITS:
        return _integer(type_)
    if type_ is Type.BYTES:
        return lambda document: _bytes(_given(document))
    if type_ in (Type.FLOAT32, Type.FLOAT64):
        return _float(type_)
    return _exact(type_, str if type_ is Type.STRING else bool)


@cache
def _nullable(type_: Type, moment: str | None) -> Read:
    read = _scalar(type_, moment)
    return lambda document: None if document is None else read(document)


def _defaulted(schema: Schema, moment: str | None, default: Any) -> Read:
    read = _scalar(schema.type, moment)
    return lambda document: default if document is None else read(document)


def _moment(name: str) -> Read:
    of = _MOMENTS[name]

    def read(document: Any) -> Any:
        if type(document) is not int:
            raise DataError(f"{_shown(_given(document))} is no whole number, as {name} is written")
        return of(document)

    return read


def _integer(type_: Type) -> Read:
    high = (1 << _BITS[type_]) - 1
    low, otherwise = -high - 1, _refusal(type_)

    def read(document: Any) -> Any:
        if type(document) is int and low <= document <= high:
            return document
        return otherwise(document)

    return read


def _exact(type_: Type, exact: type) -> Read:
    otherwise = _refusal(type_)
    return lambda document: document if type(document) is exact else otherwise(document)


def _float(type_: Type) -> Read:
    otherwise = _refusal(type_)

    def read(document: Any) -> Any:
        if type(document) is float:
            return document
        if type(document) is int:
            return float(document)
        if type(document) is str and document in _NOT_FINITE:
            return _NOT_FINITE[document]
        return otherwise(document)

    return read


def _refusal(type_: Type) -> Read:
    """Says what is wrong with a value."""
    schema = Schema(type_)

    def read(document: Any) -> Any:
        check(schema, _given(document))
        return document

    return read


def _given(document: Any) -> Any:
    if document is None:
        raise DataError(_NULL)
    return document


def _missing(schema: Schema, required: frozenset[str], document: Mapping[str, Any]) -> DataError:
    names = (each.name for each in schema.fields if each.name in required)
    return DataError(f"{next(name for name in names if name not in document)}: {_NULL}")


def _bytes(document: Any) -> bytes:
    if not isinstance(document, str):
        raise DataError(f"bytes are written as text in base64, not as {_shown(document)}")
    try:
        return base64.b64decode(document, validate=True)
    except (binascii.Error, ValueError) as error:
        raise DataError(f"bytes are written as text in base64: {error}") from error


def _inner(schema: Schema | None) -> Schema:
    if schema is None:
        raise DataError("an array needs a schema of its values, a map of its keys and values")
    return schema


def _misfit(document: Any, schema: Schema) -> DataError:
    return DataError(f"a {type(document).__name__} is no {schema.type.value}")


def _within(name: str, error: DataError) -> DataError:
    """Cut, since one within another within another has a copy of it each."""
    return DataError(f"{name}: {error}"[:_MESSAGE_MAX])


def _shown(document: Any) -> str:
    return repr(document)[:_SHOWN_MAX]
