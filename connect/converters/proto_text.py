"""``.proto`` texts as descriptors, and back: proto3, as much of it as schemas of records need."""

import re
from collections.abc import Iterator
from typing import Any, Final

from antlr4.error.ErrorListener import ErrorListener
from google.protobuf import descriptor_pb2
from google.protobuf.descriptor_pb2 import (
    DescriptorProto,
    EnumDescriptorProto,
    FieldDescriptorProto,
    FileDescriptorProto,
)
from proto_schema_parser import ast
from proto_schema_parser.parser import Parser

from connect.spi.errors import DataError

TEXT_BYTES_MAX: Final = 256 * 1024
DEPTH_MAX: Final = 32
"""Of messages within messages."""

Meta = dict[str, dict[str, str]]
"""By full name of a message or field: the parameters that Confluent's converter put there."""

_F: Final = FieldDescriptorProto
_SCALARS: Final = {
    "double": _F.TYPE_DOUBLE, "float": _F.TYPE_FLOAT, "int64": _F.TYPE_INT64,
    "uint64": _F.TYPE_UINT64, "int32": _F.TYPE_INT32, "fixed64": _F.TYPE_FIXED64,
    "fixed32": _F.TYPE_FIXED32, "bool": _F.TYPE_BOOL, "string": _F.TYPE_STRING,
    "bytes": _F.TYPE_BYTES, "uint32": _F.TYPE_UINT32, "sfixed32": _F.TYPE_SFIXED32,
    "sfixed64": _F.TYPE_SFIXED64, "sint32": _F.TYPE_SINT32, "sint64": _F.TYPE_SINT64,
}  # fmt: skip
_SCALAR_NAMES: Final = {kind: name for name, kind in _SCALARS.items()}
_MESSAGE_META: Final = "(confluent.message_meta)"
_FIELD_META: Final = "(confluent.field_meta)"


def parse_proto(text: str, name: str) -> tuple[FileDescriptorProto, Meta]:
    """The file that ``text`` is, called ``name``. Types are names still: a pool resolves them.
    Raises ``DataError``."""
    if len(text) > TEXT_BYTES_MAX:
        raise DataError(f"a .proto text of more than {TEXT_BYTES_MAX} characters")
    try:
        tree = Parser(setup_lexer=_strict, setup_parser=_strict).parse(text)
    except RecursionError as error:
        raise DataError("the .proto text is nested too deeply") from error
    file = FileDescriptorProto(name=name, syntax=tree.syntax or "proto2")
    meta: Meta = {}
    for element in tree.file_elements:
        if isinstance(element, ast.Package):
            file.package = element.name
        elif isinstance(element, ast.Import):
            file.dependency.append(element.name)
    prefix = f"{file.package}." if file.package else ""
    for element in tree.file_elements:
        if isinstance(element, ast.Message):
            _message(file.message_type.add(), element, prefix, meta, 0)
        elif isinstance(element, ast.Enum):
            _enum(file.enum_type.add(), element)
    return file, meta


class _Refusal(ErrorListener):  # type: ignore[misc]
    def syntaxError(  # noqa: PLR0917 (the parser says what it gives)
        self, recognizer: Any, symbol: Any, line: int, column: int, message: str, error: Any
    ) -> None:
        raise DataError(f"this is no .proto text; line {line}, column {column + 1}: {message}")


def _strict(recognizer: Any) -> None:
    recognizer.removeErrorListeners()
    recognizer.addErrorListener(_Refusal())


def _message(
    into: DescriptorProto, message: ast.Message, prefix: str, meta: Meta, depth: int
) -> None:
    if depth > DEPTH_MAX:
        raise DataError(f"messages more than {DEPTH_MAX} deep")
    into.name = message.name
    full = f"{prefix}{message.name}"
    for element in message.elements:
        if isinstance(element, ast.Message):
            _message(into.nested_type.add(), element, f"{full}.", meta, depth + 1)
        elif isinstance(element, ast.Enum):
            _enum(into.enum_type.add(), element)
        elif isinstance(element, ast.Option) and element.name == _MESSAGE_META:
            meta[full] = _params(element.value)
        elif isinstance(element, ast.OneOf):
            index = len(into.oneof_decl)
            into.oneof_decl.add(name=element.name)
            for each in element.elements:
                if isinstance(each, ast.Field):
                    _field(into, each, full, meta).oneof_index = index
        elif isinstance(element, ast.Field):
            _field(into, element, full, meta)
        elif isinstance(element, ast.MapField):
            _map_field(into, element)
            _note(element.options, f"{full}.{element.name}", meta)
    _mark_optional(into)


def _field(into: DescriptorProto, field: ast.Field, full: str, meta: Meta) -> FieldDescriptorProto:
    made = into.field.add(name=field.name, number=field.number, label=_F.LABEL_OPTIONAL)
    if field.cardinality is ast.FieldCardinality.REPEATED:
        made.label = _F.LABEL_REPEATED
    elif field.cardinality is ast.FieldCardinality.REQUIRED:
        made.label = _F.LABEL_REQUIRED
    elif field.cardinality is ast.FieldCardinality.OPTIONAL:
        made.proto3_optional = True
    _set_type(made, field.type)
    _note(field.options, f"{full}.{field.name}", meta)
    return made


def _note(options: list[ast.Option], full: str, meta: Meta) -> None:
    for option in options:
        if option.name == _FIELD_META:
            meta[full] = _params(option.value)


def _map_field(into: DescriptorProto, field: ast.MapField) -> None:
    name = "".join(part.capitalize() for part in field.name.split("_")) + "Entry"
    entry = into.nested_type.add(name=name, options=descriptor_pb2.MessageOptions(map_entry=True))
    for part, number, kind in (("key", 1, field.key_type), ("value", 2, field.value_type)):
        _set_type(entry.field.add(name=part, number=number, label=_F.LABEL_OPTIONAL), kind)
    into.field.add(
        name=field.name, number=field.number, label=_F.LABEL_REPEATED, type_name=name,
        type=_F.TYPE_MESSAGE,
    )  # fmt: skip


def _set_type(field: FieldDescriptorProto, kind: str) -> None:
    if kind in _SCALARS:
        field.type = _SCALARS[kind]
    else:
        # A message or an enumeration: whoever resolves the name sees which.
        field.type_name = kind


def _mark_optional(message: DescriptorProto) -> None:
    """A proto3 ``optional`` is a oneof of one, after all others."""
    for field in message.field:
        if field.proto3_optional:
            field.oneof_index = len(message.oneof_decl)
            message.oneof_decl.add(name=f"_{field.name}")


def _enum(into: EnumDescriptorProto, enum: ast.Enum) -> None:
    into.name = enum.name
    for element in enum.elements:
        if isinstance(element, ast.EnumValue):
            into.value.add(name=element.name, number=element.number)
    numbers = [value.number for value in into.value]
    if len(set(numbers)) < len(numbers):
        into.options.allow_alias = True


def _params(value: Any) -> dict[str, str]:
    """``{params: [{key: "a", value: "b"}]}`` as {"a": "b"}; what is otherwise is left out."""
    found: dict[str, str] = {}
    for field in getattr(value, "elements", ()):
        if field.name == "params" and isinstance(field.value, list):
            for pair in field.value:
                told = {one.name: one.value for one in getattr(pair, "elements", ())}
                if isinstance(told.get("key"), str) and isinstance(told.get("value"), str):
                    found[_unquoted(told["key"])] = _unquoted(told["value"])
    return found


def _unquoted(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text)


def write_proto(file: FileDescriptorProto, meta: Meta) -> str:
    """The text of a file without enumerations, oneofs and services."""
    lines = ['syntax = "proto3";']
    if file.package:
        lines.append(f"package {file.package};")
    lines += [f'import "{name}";' for name in file.dependency]
    prefix = f"{file.package}." if file.package else ""
    for message in file.message_type:
        lines += ["", *_message_lines(message, prefix, meta)]
    return "\n".join(lines) + "\n"


def _message_lines(message: DescriptorProto, prefix: str, meta: Meta) -> Iterator[str]:
    full = f"{prefix}{message.name}"
    entries = {entry.name: entry for entry in message.nested_type if entry.options.map_entry}
    yield f"message {message.name} {{"
    if full in meta:
        yield f"  option {_MESSAGE_META} = {_params_text(meta[full])};"
    for field in message.field:
        yield f"  {_field_line(field, entries, meta.get(f'{full}.{field.name}'))}"
    for nested in message.nested_type:
        if nested.name not in entries:
            yield from (f"  {line}" for line in _message_lines(nested, f"{full}.", meta))
    yield "}"


def _field_line(
    field: FieldDescriptorProto, entries: dict[str, DescriptorProto], params: dict[str, str] | None
) -> str:
    entry = entries.get(field.type_name.rpartition(".")[2])
    if entry is not None:
        kind = f"map<{_type_name(entry.field[0])}, {_type_name(entry.field[1])}>"
    else:
        word = "optional " if field.proto3_optional else ""
        word = "repeated " if field.label == _F.LABEL_REPEATED else word
        kind = f"{word}{_type_name(field)}"
    options = f" [{_FIELD_META} = {_params_text(params)}]" if params else ""
    return f"{kind} {field.name} = {field.number}{options};"


def _type_name(field: FieldDescriptorProto) -> str:
    return field.type_name.removeprefix(".") or _SCALAR_NAMES[field.type]


def _params_text(params: dict[str, str]) -> str:
    pairs = ", ".join(f"{{key: {_quoted(k)}, value: {_quoted(v)}}}" for k, v in params.items())
    return f"{{params: [{pairs}]}}"


def _quoted(text: str) -> str:
    if not text.isprintable():
        raise DataError(f"{text!r} cannot stand in a .proto text")
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
