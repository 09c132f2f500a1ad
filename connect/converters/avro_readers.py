"""What fastavro has read, in Connect's shape.

Most of it has that shape already and stays as it is; the rest is changed where it stands, since a
second tree beside the first would take as much memory again.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from connect.converters import logical
from connect.spi.errors import DataError
from connect.spi.schema import Schema, Type

Read = Callable[[Any], Any]
"""A datum of fastavro's, which is not to be used any more, as a value. Raises ``DataError``."""

_PRIMITIVES: Final = frozenset(
    {"null", "boolean", "int", "long", "float", "double", "string", "bytes"}
)
_DECIMAL: Final = "decimal"
_WITHIN: Final = frozenset({"type", "items", "values", "fields"})
"""Where a schema has others."""
_NAMED: Final = frozenset({"record", "error", "enum", "fixed"})

_KINDS: Final[tuple[tuple[Callable[[Any], bool], frozenset[Type]], ...]] = (
    (lambda datum: isinstance(datum, bool), frozenset({Type.BOOLEAN})),
    (lambda datum: isinstance(datum, int), frozenset({Type.INT32, Type.INT64})),
    (lambda datum: isinstance(datum, float), frozenset({Type.FLOAT32, Type.FLOAT64})),
    (lambda datum: isinstance(datum, str), frozenset({Type.STRING})),
    (lambda datum: isinstance(datum, bytes), frozenset({Type.BYTES})),
    (lambda datum: isinstance(datum, list), frozenset({Type.ARRAY})),
    (lambda datum: isinstance(datum, dict), frozenset({Type.MAP})),
)


def value_reader(schema: Schema, document: Any) -> Read:
    """For data of ``document``, as fastavro has parsed it, which was read with
    ``return_named_type`` and ``decimals_as_bytes``. ``schema`` is what ``AvroReader`` says of
    it."""
    return _Readers().of(schema, document) or _as_it_is


def decimals_as_bytes(document: Any) -> Any:
    """The schema ``document`` as fastavro is to read it, which would take the square of a decimal's
    bytes, however many there are, and give no more digits than the schema's precision."""
    if isinstance(document, list):
        return [decimals_as_bytes(each) for each in document]
    if not isinstance(document, Mapping):
        return document
    return {
        name: decimals_as_bytes(said) if name in _WITHIN else said
        for name, said in document.items()
        if (name, said) != ("logicalType", _DECIMAL)
    }


def _as_it_is(datum: Any) -> Any:
    return datum


class _Readers:
    """Of one document; None where a datum is a value already."""

    def __init__(self) -> None:
        self._named: dict[str, Read | None] = {}

    def of(self, schema: Schema | None, document: Any) -> Read | None:
        assert schema is not None
        if isinstance(document, list):
            return self._union(schema, document)
        if isinstance(document, str):
            return self._named.get(document)
        match document["type"]:
            case "record" | "error":
                read = self._named[document["name"]] = self._record(schema, document)
                return read
            case "fixed":
                read = self._named[document["name"]] = _decimal(document)
                return read
            case "bytes":
                return _decimal(document)
            case "array" if schema.type is Type.MAP:
                return self._entries(schema, document["items"])
            case "array":
                return _items(self.of(schema.values, document["items"]))
            case "map":
                return _values(self.of(schema.values, document["values"]))
        return None

    def _record(self, schema: Schema, document: Mapping[str, Any]) -> Read | None:
        fields = zip(schema.fields, document["fields"], strict=True)
        # By name: of two fields of one name, fastavro has read the last.
        readers = {each.name: self.of(each.schema, told["type"]) for each, told in fields}
        changed = tuple((name, read) for name, read in readers.items() if read is not None)
        if not changed:
            return None

        def record(datum: dict[str, Any]) -> dict[str, Any]:
            for name, read in changed:
                datum[name] = read(datum[name])
            return datum

        return record

    def _entries(self, schema: Schema, items: Mapping[str, Any]) -> Read:
        """A map whose keys are no text."""
        told_keys, told_values = (each["type"] for each in items["fields"])
        key = self.of(schema.keys, told_keys) or _as_it_is
        value = self.of(schema.values, told_values) or _as_it_is
        return lambda datum: {key(each["key"]): value(each["value"]) for each in datum}

    def _union(self, schema: Schema, branches: list[Any]) -> Read | None:
        others = [each for each in branches if each != "null"]
        if len(others) == 1:
            return _one(self.of(schema, others[0]), is_named=_name(others[0]) is not None)
        fields = zip(schema.fields, others, strict=True)
        read = [(_name(told), self.of(field.schema, told)) for field, told in fields]
        return _branches(schema, read)


def _decimal(document: Mapping[str, Any]) -> Read | None:
    """Of bytes, as ``decimals_as_bytes`` has them read. A file, which is read by the schema that is
    in it, has decimals already: there fastavro's own reader of them is replaced."""
    if document.get("logicalType") != _DECIMAL:
        return None
    scale = int(document.get("scale", 0))

    def read(datum: Any) -> Any:
        return logical.decimal_of(datum, scale) if isinstance(datum, bytes) else datum

    return read


def _name(document: Any) -> str | None:
    """Of a schema that has one: with it comes a datum of a union."""
    if isinstance(document, str):
        return None if document in _PRIMITIVES else document
    return str(document["name"]) if document["type"] in _NAMED else None


def _items(read: Read | None) -> Read | None:
    if read is None:
        return None

    def items(datum: list[Any]) -> list[Any]:
        for index, each in enumerate(datum):
            datum[index] = read(each)
        return datum

    return items


def _values(read: Read | None) -> Read | None:
    if read is None:
        return None

    def values(datum: dict[str, Any]) -> dict[str, Any]:
        for key, each in datum.items():
            datum[key] = read(each)
        return datum

    return values


def _one(read: Read | None, *, is_named: bool) -> Read | None:
    """Null, or of the one branch that is not."""
    if not is_named:
        return read and (lambda datum: None if datum is None else read(datum))
    inner = read or _as_it_is
    return lambda datum: None if datum is None else inner(datum[1])


def _branches(schema: Schema, branches: list[tuple[str | None, Read | None]]) -> Read:
    """A struct: the field of the value's branch is set, the others are null. ``branches`` are the
    names of those that have one, and how each is read."""
    fields = [
        (field.name, field.schema.type, name, read or _as_it_is)
        for field, (name, read) in zip(schema.fields, branches, strict=True)
    ]
    names = tuple(field for field, *_ in fields)
    named = {name: (field, read) for field, _, name, read in fields if name is not None}

    def branch(datum: Any) -> tuple[str, Read]:
        types = next((kinds for fits, kinds in _KINDS if fits(datum)), frozenset[Type]())
        for field, kind, _, read in fields:
            if kind in types:
                return field, read
        raise DataError(f"a {type(datum).__name__} is in no branch of the union")

    def struct(datum: Any) -> dict[str, Any] | None:
        if datum is None:
            return None
        if isinstance(datum, tuple):
            name, datum = datum
            field, read = named[name]
        else:
            field, read = branch(datum)
        value: dict[str, Any] = dict.fromkeys(names)
        value[field] = read(datum)
        return value

    return struct
