"""What a command says when it worked: one JSON document, and the same for people."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol


class Stream(Protocol):
    """As much of a text stream as an answer needs."""

    def write(self, text: str, /) -> object: ...

    def isatty(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under named columns. A cell of None is printed as ``-``."""

    columns: tuple[str, ...]
    rows: tuple[tuple[object, ...], ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """``document`` is the contract that scripts rely on; ``text`` may change with any release."""

    document: Mapping[str, Any]
    text: tuple[Table | str, ...] = ()


def write_answer(answer: Answer, stream: Stream, as_json: bool) -> None:
    """One JSON document and a newline, or the text: aligned on a terminal, else tab-separated."""
    if as_json:
        write_json(answer.document, stream)
        return
    for part in answer.text:
        if isinstance(part, str):
            stream.write(f"{part}\n")
        elif stream.isatty():
            _write_aligned(part, stream)
        else:
            _write_tabbed(part, stream)


def write_json(document: Mapping[str, Any], stream: Stream) -> None:
    """One document on one line."""
    stream.write(json.dumps(document, ensure_ascii=False, default=str) + "\n")


def _write_aligned(table: Table, stream: Stream) -> None:
    # Imported only where it is needed: scripts, which have no terminal, start a quarter faster.
    from rich import box  # noqa: PLC0415
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table as RichTable  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    drawn = RichTable(*table.columns, box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold")
    for row in table.rows:
        # Text, not markup: a name may hold brackets.
        drawn.add_row(*(Text(_cell(cell)) for cell in row))
    console = Console()
    with console.capture() as capture:
        console.print(drawn)
    stream.write(capture.get())


def _write_tabbed(table: Table, stream: Stream) -> None:
    # Never cut to a width: whoever reads a pipe wants whole names.
    for row in (table.columns, *table.rows):
        stream.write("\t".join(_cell(cell) for cell in row) + "\n")


def _cell(value: object) -> str:
    match value:
        case None | "":
            return "-"
        case bool():
            return "yes" if value else "no"
        case list() | tuple():
            return ",".join(str(item) for item in value) or "-"
        case _:
            return printable(str(value))


def printable(text: str) -> str:
    """``text`` with control characters escaped: names and records must not steer a terminal."""
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode()
        for character in text
    )
