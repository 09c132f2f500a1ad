"""The CEL expression that says which records are copied.

| name | is |
| --- | --- |
| ``topic``, ``partition``, ``offset`` | where the record is |
| ``timestamp`` | its time, in milliseconds since 1970 |
| ``key``, ``value`` | null, a JSON object or array, else text, else bytes |
| ``headers`` | the last value of each name, as text |
| ``size`` | of key and value, in bytes |
"""

import re
import signal
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

import cel
import orjson

from connect.spi.errors import ConfigError, DataError

CHARACTERS_MAX: Final = 4_096
BATCH_CPU_SECONDS_MAX: Final = 10.0
"""Of one batch's filtering. An expression is a stranger's program, and only the kernel can end a
computation that holds the interpreter: it ends the process, and the task fails."""
_BINDS: Final = re.compile(r"\.(?:all|exists|exists_one|filter|map)\(\s*([A-Za-z_]\w*)\s*,")
"""Where a macro names a variable of its own, as ``x`` in ``value.items.exists(x, x.id == 7)``."""


@dataclass(frozen=True, slots=True)
class Row:
    """A record as it came from the topic."""

    topic: str
    partition: int
    offset: int
    timestamp_ms: int | None
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes | None], ...]


_VARIABLES: Final[Mapping[str, Callable[[Row], Any]]] = {
    "topic": lambda row: row.topic,
    "partition": lambda row: row.partition,
    "offset": lambda row: row.offset,
    "timestamp": lambda row: row.timestamp_ms,
    "key": lambda row: _content(row.key),
    "value": lambda row: _content(row.value),
    "headers": lambda row: {name: _text(data) for name, data in row.headers},
    "size": lambda row: len(row.key or b"") + len(row.value or b""),
}


class RecordFilter:
    def __init__(self, text: str) -> None:
        """
        Raises:
            ConfigError: the text is no expression, or names what there is not.
        """
        if not text.strip() or len(text) > CHARACTERS_MAX:
            raise ConfigError(f"filter has 1 to {CHARACTERS_MAX} characters")
        try:
            self._program = cel.compile(text)
        except ValueError as error:
            raise ConfigError(f"filter is no CEL expression: {error}") from error
        used = set(self._program.variables())
        if unknown := sorted(used - _VARIABLES.keys() - set(_BINDS.findall(text))):
            raise ConfigError(
                f"filter: there is no {unknown[0]!r}; there are {', '.join(_VARIABLES)}"
            )
        self._used = {name: tell for name, tell in _VARIABLES.items() if name in used}

    def passes(self, row: Row) -> bool:
        """
        Raises:
            DataError: the expression names what this record has not, or gives no boolean.
        """
        variables = {name: tell(row) for name, tell in self._used.items()}
        try:
            result = self._program.execute(variables)
        except KeyError as error:
            raise DataError(f"filter names {error}, which the record has not") from error
        except (ValueError, TypeError, RuntimeError, OverflowError) as error:
            raise DataError(f"filter cannot be evaluated: {str(error)[:500]}") from error
        if not isinstance(result, bool):
            raise DataError(f"filter gives {type(result).__name__}, and must give true or false")
        return result


@contextmanager
def bounded_cpu() -> Iterator[None]:
    """Have the kernel end this process should what is inside take too much time."""
    left, _ = signal.setitimer(signal.ITIMER_PROF, BATCH_CPU_SECONDS_MAX)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, left)


def _content(data: bytes | None) -> Any:
    if data is None:
        return None
    if data[:1] in (b"{", b"["):
        try:
            return orjson.loads(data)
        except orjson.JSONDecodeError:
            pass
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data


def _text(data: bytes | None) -> str | None:
    return None if data is None else data.decode(errors="replace")
