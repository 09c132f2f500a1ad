"""The process that matches, as the event loop sees it: one, started by the first filter."""

import asyncio
import marshal
import sys
from asyncio.subprocess import PIPE, Process
from pathlib import Path
from typing import Any, Final
from weakref import WeakKeyDictionary

from streaming.filters.framing import PREFIX_BYTES

_ROOT: Final = Path(__file__).resolve().parents[2]


class WorkerDied(Exception):
    """The process ended while it was at this request: it took too much time or memory."""


class Evaluator:
    """Asks one request at a time, in the order of asking, so that readers take turns."""

    def __init__(self) -> None:
        self._process: Process | None = None
        self._turn = asyncio.Lock()

    async def ask(self, *request: Any) -> Any:
        """The worker's answer. Raises ``WorkerDied``; the next request starts another process."""
        # Shielded: were a caller's end to cut the exchange short, the next would get its answer.
        exchange = asyncio.create_task(self._in_turn(request))
        exchange.add_done_callback(lambda done: done.cancelled() or done.exception())
        return await asyncio.shield(exchange)

    async def close(self) -> None:
        """End the process."""
        async with self._turn:
            await self._end()

    async def _in_turn(self, request: tuple[Any, ...]) -> Any:
        async with self._turn:
            if self._process is None:
                self._process = await _start()
            try:
                return await _exchange(self._process, request)
            except (OSError, asyncio.IncompleteReadError) as error:
                await self._end()
                raise WorkerDied from error

    async def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            if process.returncode is None:
                process.kill()
            await process.wait()


async def _start() -> Process:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "streaming.filters.worker"),
        stdin=PIPE,
        stdout=PIPE,
        cwd=_ROOT,
        env={"PYTHONPATH": str(_ROOT)},
    )
    # So that a process that cannot even start is not taken for a filter that costs too much.
    try:
        await _exchange(process, ("compile", "true"))
    except (OSError, asyncio.IncompleteReadError) as error:
        await process.wait()
        raise RuntimeError("the process that runs filters does not start") from error
    return process


async def _exchange(process: Process, request: tuple[Any, ...]) -> Any:
    assert process.stdin is not None
    assert process.stdout is not None
    data = marshal.dumps(request)
    process.stdin.write(len(data).to_bytes(PREFIX_BYTES, "big") + data)
    await process.stdin.drain()
    prefix = await process.stdout.readexactly(PREFIX_BYTES)
    return marshal.loads(await process.stdout.readexactly(int.from_bytes(prefix, "big")))


_by_loop: "WeakKeyDictionary[asyncio.AbstractEventLoop, Evaluator]" = WeakKeyDictionary()


def current_evaluator() -> Evaluator:
    """The evaluator of the running event loop."""
    return _by_loop.setdefault(asyncio.get_running_loop(), Evaluator())
