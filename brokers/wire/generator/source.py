"""Source text in the making: indented lines, and the runs of fixed fields between them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from struct import calcsize

LINE_MAX = 100


def codec_name(verb: str, run: str) -> str:
    """Name of the module-level ``Struct`` method for a run; ``?`` cannot stand in a name."""
    return f"_{verb}_{run.replace('?', 'T')}"


@dataclass(slots=True)
class Source:
    """The body of one generated function.

    Fixed fields are collected with ``take`` and come out as one ``struct`` call at ``flush``, which
    must be called before any line that depends on the position or on what was read.
    """

    verb: str
    """``unpack`` or ``pack``."""
    formats: set[str]
    """Runs used so far, for the module to define."""
    lines: list[str] = field(default_factory=list)
    indent: int = 1
    counted: bool = False
    """Whether array elements are counted off what the whole message may have."""
    append: str = "append"
    """Where written bytes go: the expression that is called with them."""
    _run: str = ""
    _names: list[str] = field(default_factory=list)
    _counts: dict[str, int] = field(default_factory=dict)
    _inlined: int = 0

    def line(self, text: str) -> None:
        indent = "    " * self.indent
        self.lines.append(indent + text)

    @contextmanager
    def block(self, head: str) -> Iterator[None]:
        """Lines under ``head``; a run never crosses the border of a block."""
        self.flush()
        self.line(head)
        self.indent += 1
        yield
        self.flush()
        self.indent -= 1

    def take(self, character: str, name: str = "") -> None:
        """Add one fixed field to the run; ``name`` is the variable read or expression written."""
        self._run += character
        if name:
            self._names.append(name)

    def fresh(self, prefix: str) -> str:
        """A variable that this function does not have yet."""
        self._counts[prefix] = self._counts.get(prefix, 0) + 1
        return f"{prefix}{self._counts[prefix]}"

    def fresh_number(self) -> int:
        """A number that no struct inlined into this function has yet; the root has 0."""
        self._inlined += 1
        return self._inlined

    def flush(self) -> None:
        if not self._run:
            return
        run, names = self._run, self._names
        self._run, self._names = "", []
        if self.verb == "unpack":
            self._flush_read(run, names)
        elif run == "x" * len(run):
            self.line(f'{self.append}(b"{chr(92)}0"{f" * {len(run)}" if len(run) > 1 else ""})')
        else:
            self.formats.add(run)
            self._call(f"{self.append}({codec_name('pack', run)}(", names, "))")

    def _flush_read(self, run: str, names: list[str]) -> None:
        if run == "B":
            self.line(f"{names[0]} = data[p]")
        else:
            self.formats.add(run)
            targets = ", ".join(names) if len(names) > 1 else f"({names[0]},)"
            call = f"{codec_name('unpack', run)}(data, p)"
            if len(targets) + len(call) + 4 * self.indent + 3 <= LINE_MAX:
                self.line(f"{targets} = {call}")
            else:
                self._call("(", names, f") = {call}")
        self.line(f"p += {calcsize('>' + run)}")

    def _call(self, opening: str, arguments: list[str], closing: str) -> None:
        """One line if it fits, else one line per argument."""
        text = opening + ", ".join(arguments) + closing
        if len(text) + 4 * self.indent <= LINE_MAX:
            self.line(text)
            return
        self.line(opening)
        self.indent += 1
        for argument in arguments:
            self.line(f"{argument},")
        self.indent -= 1
        self.line(closing)

    def construct(self, opening: str, arguments: list[str], closing: str = ")") -> None:
        self._call(opening, arguments, closing)


@dataclass(slots=True)
class Functions:
    """The generated functions of one module; those with the same body are one."""

    texts: list[str] = field(default_factory=list)
    _names: dict[tuple[str, str], str] = field(default_factory=dict)

    def define(self, name: str, signature: str, lines: list[str]) -> str:
        """The name of a function with this signature and body: a new one, or one that is there."""
        key = (signature, "\n".join(lines))
        if key not in self._names:
            self._names[key] = name
            head = f"def {name}{signature}:"
            if len(head) > LINE_MAX:
                arguments, _, result = signature[1:].partition(") -> ")
                head = f"def {name}(\n    {arguments}\n) -> {result}:"
            self.texts.append("\n".join((head, *lines, "")))
        return self._names[key]
