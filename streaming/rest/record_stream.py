"""A produce body, piece by piece, into what each of its objects asks for.

Most bodies have a line end behind each object. Whole lines are read in one step of compiled code;
whatever that does not take goes through ``ObjectSplitter`` object by object, which tells what is
wrong and with which of them.
"""

from streaming.rest.concatenated_json import ObjectSplitter
from streaming.rest.produce_request import (
    ProduceRequest,
    parse_produce_request,
    parse_produce_requests,
)
from streaming.rest.record_json import InvalidRecord

Asked = ProduceRequest | InvalidRecord
"""What one object of a body asked for, or what is wrong with it."""


class RecordStream:
    """Feed it bytes as they arrive; it keeps at most one unfinished object."""

    def __init__(self) -> None:
        self._splitter = ObjectSplitter()

    def feed(self, data: bytes) -> list[Asked]:
        """What the objects ask for that ``data`` completes, in order.

        Raises ``MalformedBody`` as the splitter does.
        """
        # No string of JSON holds a bare line end, so what is before one is in whole tokens.
        end = data.rfind(b"\n") + 1
        # An object that began before is read twice, if it is no longer than what came to it.
        if self._splitter.unfinished_bytes >= end:
            return [parse(text) for text in self._splitter.feed(data)]
        lines = self._splitter.take_unfinished() + data[:end]
        asked: list[Asked] = list(parse_produce_requests(lines))
        if not asked:
            return [parse(text) for text in self._splitter.feed(lines + data[end:])]
        asked += [parse(text) for text in self._splitter.feed(data[end:])]
        return asked

    def finish(self) -> None:
        """Say that the body has ended; raises ``MalformedBody`` when it did so within an object."""
        self._splitter.finish()


def parse(text: bytes) -> Asked:
    """What one object asks for."""
    try:
        return parse_produce_request(text)
    except InvalidRecord as error:
        return without_history(error)


def without_history(error: InvalidRecord) -> InvalidRecord:
    """``error`` as it is kept until it is answered: a body may have thousands of a few bytes, and
    the frames and errors that led to each would take a kilobyte."""
    error.__context__ = error.__cause__ = None
    return error.with_traceback(None)
