"""``--watch``: an answer that is drawn again as it changes, until Ctrl-C."""

import time
from collections.abc import Callable
from typing import Final

from tenants.cli.answer import Answer, Stream, write_answer

EVERY_SECONDS: Final = 1.0
CLEAR: Final = "\x1b[H\x1b[2J\x1b[3J"


def watch(look: Callable[[], Answer], stream: Stream, *, as_json: bool) -> None:
    """Write ``look()`` whenever it differs from what was written last.

    A terminal is cleared before each; a pipe gets one after the other, with ``as_json`` one
    document a line.
    """
    shown: Answer | None = None
    try:
        while True:
            answer = look()
            if answer != shown:
                if not as_json and stream.isatty():
                    stream.write(CLEAR)
                write_answer(answer, stream, as_json)
                shown = answer
            time.sleep(EVERY_SECONDS)
    except KeyboardInterrupt:
        return  # Ctrl-C is how watching ends.
