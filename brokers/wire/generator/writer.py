"""Emits the straight-line encoders of one message."""

from brokers.wire.generator.layout import FIXED, INLINED, default_value, head_format
from brokers.wire.generator.schema import Field, Message, Struct, Versions, snake_case
from brokers.wire.generator.source import Functions, Source

_NEVER = Versions(0, -1)
_NULL_HEADS = {"B": r"\0", "h": r"\xff\xff", "i": r"\xff\xff\xff\xff"}


def emit_writers(message: Message, functions: Functions, formats: set[str]) -> list[str]:
    """Define the encoders of every version; the name of each version's, in order."""
    return [
        _Writer(message, version, functions, formats).emit_root() for version in message.range()
    ]


def carries_records(struct: Struct) -> bool:
    return any(
        f.type == "records" or (f.struct is not None and carries_records(f.struct))
        for f in struct.fields
    )


class _Writer:
    def __init__(
        self, message: Message, version: int, functions: Functions, formats: set[str]
    ) -> None:
        self.message = message
        self.version = version
        self.functions = functions
        self.formats = formats
        self.flexible = version in message.flexible
        self.inline = message.api_name in INLINED
        self.source = Source("pack", formats)

    def emit_root(self) -> str:
        root = self.message.root
        source = self.source
        if not carries_records(root):
            self._struct(root, "m", 0)
            if not source.lines:
                source.line("pass")
            return self.functions.define(
                f"_write_v{self.version}", f"(m: {root.name}, append: Append) -> None", source.lines
            )
        source.line("parts: list[Bytes] = []")
        source.line("run: list[Bytes] = []")
        source.line("append = run.append")
        self._struct(root, "m", 0)
        with source.block("if run:"):
            source.line('parts.append(b"".join(run))')
        source.line("return parts")
        return self.functions.define(
            f"_write_v{self.version}", f"(m: {root.name}) -> list[Bytes]", source.lines
        )

    def _function(self, struct: Struct) -> str:
        """Define the encoder of a struct that is not inlined."""
        outer, self.source = self.source, Source("pack", self.formats)
        self._struct(struct, "m", 0)
        lines, self.source = self.source.lines, outer
        return self.functions.define(
            f"_write_{snake_case(struct.name)}_v{self.version}",
            f"(m: {struct.name}, append: Append) -> None",
            lines,
        )

    def _struct(self, struct: Struct, owner: str, number: int) -> None:
        """Write the fields of the struct that the variable ``owner`` holds."""
        self._refuse_absent(struct, owner)
        self._refuse_null(struct, owner)
        for field in struct.positional(self.version):
            self._field(field, owner)
        if self.flexible:
            self._tags(struct, owner, number)
        self.source.flush()

    def _refuse_absent(self, struct: Struct, owner: str) -> None:
        """What this version cannot carry must be ignorable or have its default."""
        for field in struct.fields:
            if field.present(self.version) or field.ignorable:
                continue
            with self.source.block(f"if {_differs(field, owner)}:"):
                self.source.line(f'raise not_in_version("{struct.name}.{field.name}")')

    def _refuse_null(self, struct: Struct, owner: str) -> None:
        """A field that is nullable in other versions only."""
        for field in struct.fields:
            if field.present(self.version) and field.ever_nullable:
                if self.version in field.nullable:
                    continue
                with self.source.block(f"if {owner}.{field.name} is None:"):
                    self.source.line(f'raise not_nullable("{struct.name}.{field.name}")')

    def _field(self, field: Field, owner: str) -> None:
        value = f"{owner}.{field.name}"
        if field.is_array:
            self._array(field, value)
        elif field.struct is not None:
            self._single_struct(field, value)
        elif field.type in FIXED:
            self.source.take(FIXED[field.type], value)
        else:
            self._variable(field, value)

    def _variable(self, field: Field, value: str) -> None:
        """A string, bytes or records."""
        source = self.source
        if field.type == "records":
            self._records(field, value)
            return
        encoded = f"{value}.encode()" if field.type == "string" else value
        extra = " + 1" if self.flexible else ""
        # What is evaluated here comes before the run that is still pending, which is as well.
        if self.version in field.nullable:
            null = "0" if self.flexible else "-1"
            source.line(f's = b"" if {value} is None else {encoded}')
            source.line(f"n = {null} if {value} is None else len(s){extra}")
            self._length(field, "n")
        else:
            source.line(f"s = {encoded}")
            self._length(field, f"len(s){extra}")
        source.flush()
        source.line(f"{source.append}(s)")

    def _length(self, field: Field, length: str) -> None:
        """Write a length or count; a compact one is given one more than it says."""
        source = self.source
        if not self.flexible:
            source.take(head_format(field, flexible=False), length)
            return
        source.flush()
        is_string = field.type == "string" and not field.is_array
        writer = "write_string_length" if is_string else "write_uvarint"
        if length != "n":
            source.line(f"n = {length}")
        source.line(f"{source.append}(UVARINT_1[n] if n < 128 else {writer}(n))")

    def _records(self, field: Field, value: str) -> None:
        """Close the run in front of the records, and put them between runs as they are."""
        source = self.source
        source.flush()
        with source.block(f"if {value} is None:"):
            source.line(
                f'{source.append}(b"{_NULL_HEADS[head_format(field, flexible=self.flexible)]}")'
            )
        with source.block("else:"):
            source.line(f"n = records_length({value})")
            if self.flexible:
                source.line(f"{source.append}(write_uvarint(n + 1))")
            else:
                source.take("i", "n")
                source.flush()
            with source.block("if n:"):
                source.line('parts.append(b"".join(run))')
                source.line("run.clear()")
                with source.block(f"if isinstance({value}, (bytes, bytearray, memoryview)):"):
                    source.line(f"parts.append({value})")
                with source.block("else:"):
                    source.line(f"parts.extend({value})")

    def _array(self, field: Field, value: str) -> None:
        source = self.source
        if self.version in field.nullable:
            source.flush()
            with source.block(f"if {value} is None:"):
                source.line(
                    f'{source.append}(b"{_NULL_HEADS[head_format(field, flexible=self.flexible)]}")'
                )
            with source.block("else:"):
                self._elements(field, value)
        else:
            self._elements(field, value)

    def _elements(self, field: Field, value: str) -> None:
        source = self.source
        if field.type == "int32":
            self._int32s(value)
            return
        self._length(field, f"len({value})" + (" + 1" if self.flexible else ""))
        source.flush()
        if field.type in FIXED and field.type != "uuid":
            source.line(f'{source.append}(pack(f">{{len({value})}}{FIXED[field.type]}", *{value}))')
            return
        element = source.fresh("e")
        with source.block(f"for {element} in {value}:"):
            if field.struct is None:
                plain = Field("", field.type, False, None, field.versions, _NEVER, None, "", False)
                if field.type == "uuid":
                    source.line(f"{source.append}({element})")
                else:
                    self._variable(plain, element)
            else:
                self._write_struct(field.struct, element)

    def _int32s(self, value: str) -> None:
        """Replica lists and the like: mostly short, and many in one Metadata answer."""
        source = self.source
        source.flush()
        source.line(f"n = len({value})")
        ready, writer, count = (
            ("COMPACT_INT32S", "compact_int32s", "n + 1")
            if self.flexible
            else ("CLASSIC_INT32S", "classic_int32s", "n")
        )
        packed = f"{ready}[n]({count}, *{value})"
        source.line(f"{source.append}({packed} if n < 16 else {writer}({value}))")

    def _write_struct(self, struct: Struct, value: str) -> None:
        if self.inline:
            self._struct(struct, value, self.source.fresh_number())
        else:
            self.source.flush()
            self.source.line(f"{self._function(struct)}({value}, {self.source.append})")

    def _single_struct(self, field: Field, value: str) -> None:
        source = self.source
        assert field.struct is not None
        if self.version not in field.nullable:
            self._write_struct(field.struct, value)
            return
        source.flush()
        null = r"\0" if field.null_differs_from_absent else r"\xff"
        with source.block(f"if {value} is None:"):
            source.line(f'{source.append}(b"{null}")')
        with source.block("else:"):
            source.line(rf'{source.append}(b"\1")')
            self._write_struct(field.struct, value)

    def _tags(self, struct: Struct, owner: str, number: int) -> None:
        source = self.source
        known = struct.tagged(self.version)
        if not known:
            source.take("x")
            return
        source.flush()
        tags = f"tags_{number}"
        source.line(f"{tags}: list[tuple[int, bytes]] = []")
        for field in known:
            self._tag(struct, field, owner, number)
        source.line(rf'{source.append}(write_tags({tags}) if {tags} else b"\0")')

    def _tag(self, struct: Struct, field: Field, owner: str, number: int) -> None:
        """Collect a tagged field's bytes apart, since its size stands in front of it."""
        source = self.source
        with source.block(f"if {_differs(field, owner)}:"):
            value = source.fresh("value")
            source.line(f"{value}: list[Bytes] = []")
            source.append = f"{value}.append"
            self._field(field, owner)
            source.flush()
            source.append = "append"
            source.line(f'tags_{number}.append(({field.tag}, b"".join({value})))')


def _differs(field: Field, owner: str) -> str:
    """Condition: the field has another value than its default."""
    value = f"{owner}.{field.name}"
    if field.null_differs_from_absent:
        return f"{value} != {field.type}()"
    default = default_value(field)
    if default == "[]":
        return value
    if default == "None":
        return f"{value} is not None"
    if default in ("True", "False"):
        return f"not {value}" if default == "True" else value
    return f"{value} != {default}"
