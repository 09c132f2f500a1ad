"""Emits the straight-line decoders of one message."""

from brokers.wire.generator.layout import (
    FIXED,
    INLINED,
    annotation,
    default_value,
    element_units,
    fixed_size,
    head_format,
    least_element_size,
)
from brokers.wire.generator.schema import Field, Message, Struct, Versions, snake_case
from brokers.wire.generator.source import Functions, Source

_VALUES = {
    "string": "utf_8_decode(data[p:stop], None, True)[0]",  # a third faster than str()
    "bytes": "bytes(data[p:stop])",
    "records": "data[p:stop]",
}
_NEVER = Versions(0, -1)
_RESERVED = frozenset({"data", "end", "left", "n", "p", "size", "stop", "tag", "_"})


def emit_readers(message: Message, functions: Functions, formats: set[str]) -> list[str]:
    """Define the decoders of every version; the name of each version's, in order."""
    return [
        _Reader(message, version, functions, formats).emit_root() for version in message.range()
    ]


class _Reader:
    def __init__(
        self, message: Message, version: int, functions: Functions, formats: set[str]
    ) -> None:
        self.message = message
        self.version = version
        self.functions = functions
        self.formats = formats
        self.flexible = version in message.flexible
        self.inline = message.api_name in INLINED
        self.counts_elements = message.from_a_client
        self.source = Source("unpack", formats)

    def emit_root(self) -> str:
        root = self.message.root
        arguments = self._struct(root, 0)
        self.source.construct(f"return {root.name}(", arguments)
        lines = self.source.lines
        if self.source.counted:
            lines.insert(0, "    left = element_units(end - p)")
        if any("end - p" in line or "> end" in line for line in lines):
            lines.insert(0, "    end = len(data)")
        return self.functions.define(
            f"_read_v{self.version}", f"(data: memoryview, p: int) -> {root.name}", lines
        )

    def _call(self, struct: Struct, target: str) -> None:
        """Read a struct that is not inlined into ``target``, by a function of its own."""
        outer, self.source = self.source, Source("unpack", self.formats)
        arguments = self._struct(struct, 0)
        counted = self.source.counted
        left, left_type = (", left", ", int") if counted else ("", "")
        self.source.construct(f"return {struct.name}(", arguments, f"), p{left}")
        lines, self.source = self.source.lines, outer
        name = self.functions.define(
            f"_read_{snake_case(struct.name)}_v{self.version}",
            f"(data: memoryview, p: int, end: int{', left: int' if counted else ''})"
            f" -> tuple[{struct.name}, int{left_type}]",
            lines,
        )
        outer.counted = outer.counted or counted
        outer.line(f"{target}, p{left} = {name}(data, p, end{left})")

    def _struct(self, struct: Struct, number: int) -> list[str]:
        """Read every field into a variable; the arguments that make the dataclass of them."""
        for field in struct.positional(self.version):
            self._field(struct, field, number)
        if self.flexible:
            self._tags(struct, number)
        self.source.flush()
        arguments = [
            _local(f, number) if f.present(self.version) else default_value(f)
            for f in struct.fields
        ]
        while arguments and not struct.fields[len(arguments) - 1].present(self.version):
            arguments.pop()
        return arguments

    def _field(self, struct: Struct, field: Field, number: int) -> None:
        name = _local(field, number)
        path = f'"{struct.name}.{field.name}"'
        if field.is_array:
            self._array(field, name, path)
        elif field.struct is not None:
            self._single_struct(field, name)
        elif field.type in FIXED:
            self.source.take(FIXED[field.type], name)
        else:
            self._variable(field, name, path)

    def _head(self, field: Field) -> None:
        """Read a length or count into ``n``; a compact one stays one more than it says."""
        source = self.source
        source.take(head_format(field, flexible=self.flexible), "n")
        source.flush()
        if self.flexible:
            is_string = field.type == "string" and not field.is_array
            with source.block("if n > 127:"):
                reader = "read_string_length" if is_string else "read_uvarint"
                source.line(f"n, p = {reader}(data, p, n)")

    def _variable(self, field: Field, name: str, path: str) -> None:
        """A string, bytes or records."""
        source = self.source
        self._head(field)
        if self.version in field.nullable:
            if field.tag is None:
                source.line(f"{name}: {annotation(field, 'request')} = None")
            with source.block("if n:" if self.flexible else "if n != -1:"):
                self._slice(field, name, path, "" if self.flexible else "n < 0 or ")
        else:
            self._slice(field, name, path, "n == 0 or " if self.flexible else "n < 0 or ")

    def _slice(self, field: Field, name: str, path: str, null: str) -> None:
        """Cut a value of length ``n`` out of the data, unless it is ``null`` or ends beyond."""
        source = self.source
        length = "n - 1" if self.flexible else "n"
        source.line(f"stop = p + {length}")
        with source.block(f"if {null}stop > end:"):
            source.line(f"raise wrong_length({path}, {length}, end - p)")
        source.line(f"{name} = {_VALUES[field.type]}")
        source.line("p = stop")

    def _array(self, field: Field, name: str, path: str) -> None:
        source = self.source
        self._head(field)
        if self.flexible:
            source.line("n -= 1")
        if self.version in field.nullable:
            source.line(f"{name}: {annotation(field, 'request')} = None")
            with source.block("if n != -1:"):
                self._elements(field, name, path)
        else:
            self._elements(field, name, path)

    def _elements(self, field: Field, name: str, path: str) -> None:
        source = self.source
        least = least_element_size(field, self.version, flexible=self.flexible)
        needed = "n" if least == 1 else f"n * {least}"
        units = element_units(field)
        counted = "n" if units == 1 else f"n * {units}"
        enough = f"{counted} > left" if self.counts_elements else "n > ARRAY_ELEMENTS_MAX"
        with source.block(f"if n < 0 or {needed} > end - p or {enough}:"):
            source.line(f"raise wrong_count({path}, n, end - p)")
        if self.counts_elements:
            source.counted = True
            source.line(f"left -= {counted}")
        if field.type == "uuid":
            source.line(f"{name} = [bytes(data[i : i + 16]) for i in range(p, p + 16 * n, 16)]")
            source.line("p += 16 * n")
        elif field.type in FIXED:
            source.line(f'{name} = list(unpack_from(f">{{n}}{FIXED[field.type]}", data, p))')
            size = fixed_size(field.type)
            source.line("p += n" if size == 1 else f"p += {size} * n")
        else:
            source.line(f"{name} = []")
            with source.block("for _ in range(n):"):
                self._element(field, name, path)

    def _element(self, field: Field, name: str, path: str) -> None:
        source = self.source
        variable = source.fresh("e")
        if field.struct is None:
            element = Field(
                variable, field.type, False, None, field.versions, _NEVER, None, "", False
            )
            self._variable(element, variable, path)
            source.line(f"{name}.append({variable})")
        elif self.inline:
            arguments = self._struct(field.struct, source.fresh_number())
            source.construct(f"{name}.append({field.struct.name}(", arguments, "))")
        else:
            self._call(field.struct, variable)
            source.line(f"{name}.append({variable})")

    def _single_struct(self, field: Field, name: str) -> None:
        source = self.source
        if field.null_differs_from_absent:
            source.take("B", "n")
            source.flush()
            source.line(f"{name} = None")
            with source.block("if n:"):
                self._read_struct(field, name)
        elif self.version in field.nullable:
            source.take("b", "n")
            source.flush()
            source.line(f"{name}: {annotation(field, 'request')} = None")
            with source.block("if n >= 0:"):
                self._read_struct(field, name)
        else:
            self._read_struct(field, name)

    def _read_struct(self, field: Field, name: str) -> None:
        assert field.struct is not None
        if self.inline:
            arguments = self._struct(field.struct, self.source.fresh_number())
            self.source.construct(f"{name} = {field.struct.name}(", arguments)
        else:
            self._call(field.struct, name)

    def _tags(self, struct: Struct, number: int) -> None:
        source = self.source
        source.take("B", "n")
        source.flush()
        known = struct.tagged(self.version)
        for field in known:
            kind = annotation(field, self.message.direction)
            absent = f"{field.type}()" if field.null_differs_from_absent else default_value(field)
            source.line(f"{_local(field, number)}: {kind} = {absent}")
        with source.block("if n:"):
            if not known:
                source.line("p = skip_tags(data, p, n)")
            else:
                self._known_tags(struct, known, number)

    def _known_tags(self, struct: Struct, known: list[Field], number: int) -> None:
        source = self.source
        tag, size, after = f"tag_{number}", f"size_{number}", f"after_{number}"
        source.line("n, p = tag_count(data, p, n)")
        source.line(f"{tag} = -1")
        with source.block("for _ in range(n):"):
            source.line(f"{tag}, {size}, p = read_tag_head(data, p, {tag})")
            source.line(f"{after} = p + {size}")
            for position, field in enumerate(known):
                with source.block(f"{'elif' if position else 'if'} {tag} == {field.tag}:"):
                    self._field(struct, field, number)
            with source.block("else:"):
                source.line(f"p = {after}")
            with source.block(f"if p != {after}:"):
                source.line(f'raise wrong_tag_size(f"{struct.name} {{{tag}}}", {size})')


def _local(field: Field, number: int) -> str:
    """The variable that holds a field; inlined structs have a number each."""
    name = f"{field.name}_{number}" if number else field.name
    return f"{name}_value" if name in _RESERVED else name
