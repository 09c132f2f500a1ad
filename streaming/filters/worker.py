"""The process in which filters run: ``python -m streaming.filters.worker``.

It reads requests from stdin and answers on stdout, each a marshalled tuple behind its length, and
ends when stdin does. It knows no secrets and has no connection. What takes too long is ended by the
kernel (SIGPROF's default action) and what takes too much memory by the allocator: the other side
sees the process die and knows which filter it was about.
"""

import json
import marshal
import re
import resource
import signal
import sys
from collections.abc import Mapping
from functools import lru_cache
from time import monotonic
from typing import Any, BinaryIO, Final

import cel

from streaming.filters.framing import PREFIX_BYTES
from streaming.filters.limits import (
    COMPILE_CPU_SECONDS_MAX,
    MEMORY_BYTES_MAX,
    RECORD_CPU_SECONDS_MAX,
    SLICE_SECONDS,
)

PROGRAMS_KEPT: Final = 256
_VARIABLES: Final = frozenset(
    {"key", "value", "headers", "offset", "timestamp", "partition", "size"}
)
_BINDS: Final = re.compile(r"\.(?:all|exists|exists_one|filter|map)\(\s*([A-Za-z_]\w*)\s*,")
"""Where a macro names a variable of its own, as ``x`` in ``value.items.exists(x, x.id == 7)``."""


def serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """Answer ``("compile", text)`` with an error's text or None, and ``("match", text, rows)`` with
    an outcome per row until the slice's time is over: True, False, or why it cannot be told."""
    while prefix := requests.read(PREFIX_BYTES):
        verb, *arguments = marshal.loads(requests.read(int.from_bytes(prefix, "big")))
        answer = _compile(*arguments) if verb == "compile" else _match(*arguments)
        data = marshal.dumps(answer)
        answers.write(len(data).to_bytes(PREFIX_BYTES, "big") + data)
        answers.flush()


def _compile(text: str) -> str | None:
    _allow(COMPILE_CPU_SECONDS_MAX)
    try:
        program = _program(text)
    except ValueError as error:
        return str(error)
    finally:
        _allow(0)
    unknown = sorted(set(program.variables()) - _VARIABLES - set(_BINDS.findall(text)))
    if unknown:
        return f"there is no {unknown[0]!r}; there are {', '.join(sorted(_VARIABLES))}"
    return None


def _match(text: str, rows: list[tuple[Any, ...]]) -> list[bool | str]:
    program = _program(text)
    names = frozenset(program.variables())
    until = monotonic() + SLICE_SECONDS
    outcomes: list[bool | str] = []
    for row in rows:
        _allow(RECORD_CPU_SECONDS_MAX)
        outcomes.append(_outcome(program, names, row))
        if monotonic() > until:
            break
    _allow(0)
    return outcomes


def _outcome(program: Any, names: frozenset[str], row: tuple[Any, ...]) -> bool | str:
    try:
        result = program.execute(_variables(names, row))
    except KeyError as error:
        return f"there is no {error}"
    except Exception as error:
        return str(error)[:500] or type(error).__name__
    if isinstance(result, bool):
        return result
    return f"the filter gives {type(result).__name__}, where true or false is needed"


def _variables(names: frozenset[str], row: tuple[Any, ...]) -> Mapping[str, Any]:
    partition, offset, timestamp_ms, key, value, headers = row
    variables: dict[str, Any] = {
        "partition": partition,
        "offset": offset,
        "timestamp": timestamp_ms,
        "size": len(key or b"") + len(value or b""),
    }
    if "key" in names:
        variables["key"] = _content(key)
    if "value" in names:
        variables["value"] = _content(value)
    if "headers" in names:
        variables["headers"] = {
            name: None if data is None else data.decode(errors="replace") for name, data in headers
        }
    return variables


def _content(data: bytes | None) -> Any:
    """As ``streaming.records.content`` tells it: a JSON object or array, else text, else bytes."""
    if data is None:
        return None
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return data
    if data[:1] in (b"{", b"["):
        try:
            return json.loads(text)
        except (ValueError, RecursionError):
            return text
    return text


@lru_cache(PROGRAMS_KEPT)
def _program(text: str) -> Any:
    return cel.compile(text)


def _allow(cpu_seconds: float) -> None:
    """Let the kernel end this process after so much more CPU time; 0 takes the limit away."""
    signal.setitimer(signal.ITIMER_PROF, cpu_seconds)


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES_MAX, MEMORY_BYTES_MAX))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    serve(sys.stdin.buffer, sys.stdout.buffer)
