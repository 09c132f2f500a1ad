"""One subscription: records to iterate over, and what a group needs."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Iterable, Mapping
from typing import Any, Protocol

from headwater_live.errors import Ended, LiveError
from headwater_live.record import Record, record_of


class Sender(Protocol):
    """What a subscription needs of its socket."""

    def say(self, message: dict[str, Any]) -> None:
        """Send it, if the socket is open."""
        ...

    async def forget(self, subscription: "Subscription") -> None: ...


class Subscription:
    """Iterate over it for records; leave the ``async with`` to end it.

    It lives through lost connections: without a group it goes on behind the last record that came,
    and none is lost or repeated; with one it goes on behind the last commit.
    """

    def __init__(
        self, sender: Sender, id: str, topic: str, window: int, options: dict[str, Any]
    ) -> None:
        self.id = id
        self.topic = topic
        self.skipped = 0
        """Records that ``tail`` has let pass since the beginning."""
        self.cursor: str | None = None
        """Behind the last record that came; give it as ``resume`` to another subscription."""
        self.assigned: frozenset[int] = frozenset()
        """Partitions that the group has given to this subscription."""
        self.progress: dict[str, int] = {}
        """What the filter has done: records ``scanned``, ``matched`` and ``failed``, ``bytes``."""
        self._sender = sender
        self._window = window
        self._options = options
        self._records: deque[Record] = deque()
        self._owed = 0
        self._taken: dict[int, int] = {}
        self._committed: dict[int, int] = {}
        self._releasing: dict[int, int] = {}
        self._commits: deque[asyncio.Future[dict[int, int]]] = deque()
        self._wake = asyncio.Event()
        self._failure: LiveError | None = None
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    # --- for its user -----------------------------------------------------------------------------

    async def __aenter__(self) -> "Subscription":
        await self.ready
        return self

    async def __aexit__(self, *_exception: object) -> None:
        await self._sender.forget(self)

    def __aiter__(self) -> AsyncIterator[Record]:
        return self

    async def __anext__(self) -> Record:
        """The next record. Raises ``Ended`` when there will be none."""
        while not self._records:
            if self._failure is not None:
                raise self._failure
            self._wake.clear()
            await self._wake.wait()
        record = self._records.popleft()
        self._taken[record.partition] = record.offset + 1
        self._owed += 1
        if self._owed * 2 >= self._window:
            self._sender.say({"type": "permit", "id": self.id, "records": self._owed})
            self._owed = 0
        return record

    def pause(self) -> None:
        """No records until ``resume``; in mode ``tail`` they are skipped, and counted."""
        self._sender.say({"type": "pause", "id": self.id})

    def resume(self) -> None:
        self._sender.say({"type": "resume", "id": self.id})

    async def commit(self, offsets: Mapping[int, int] | None = None) -> dict[int, int]:
        """Commit for the group; without ``offsets`` all that iteration has given out.

        Raises ``LiveError`` when a partition has gone to another member, or the socket is lost.
        """
        wanted = dict(offsets) if offsets is not None else self._own(self._taken)
        if not wanted:
            return {}
        done: asyncio.Future[dict[int, int]] = asyncio.get_running_loop().create_future()
        self._commits.append(done)
        named = {str(partition): str(offset) for partition, offset in wanted.items()}
        self._sender.say({"type": "commit", "id": self.id, "offsets": named})
        return await done

    # --- for its socket ---------------------------------------------------------------------------

    def opening(self) -> dict[str, Any]:
        """The message that (again) opens it."""
        message = {
            "type": "subscribe",
            "id": self.id,
            "topic": self.topic,
            "credits": self._window,
            **self._options,
        }
        if "group" in self._options:
            self._let_go()
        elif self.cursor is not None:
            message.pop("from", None)
            message["resume"] = self.cursor
            # What waits here has used up credits of the new window too.
            message["credits"] = max(0, self._window - len(self._records))
        self._owed = 0
        return message

    def lost(self) -> None:
        """The connection is gone: nobody will hear about commits under way, and a group's
        partitions are another's."""
        if "group" in self._options:
            self._let_go()
        self._fail_commits(LiveError(1006, "the connection was lost", retryable=True))

    def _let_go(self) -> None:
        """What was not committed comes again, perhaps to another member."""
        self._records.clear()
        self._taken.clear()
        self._committed.clear()
        self._releasing.clear()
        self.assigned = frozenset()

    def end(self, failure: LiveError) -> None:
        """There will be no more."""
        self._failure = failure
        if not self.ready.done():
            self.ready.set_exception(failure)
        self._fail_commits(failure)
        self._wake.set()

    def hear(self, frame: dict[str, Any]) -> None:
        """A frame with this subscription's id."""
        match frame["type"]:
            case "ready":
                if not self.ready.done():
                    self.ready.set_result(None)
            case "records":
                self._take(frame)
            case "progress":
                self.progress = {k: frame[k] for k in ("scanned", "matched", "failed", "bytes")}
                self.cursor = frame["cursor"]
            case "assigned":
                self.assigned |= {int(partition) for partition in frame["partitions"]}
            case "rebalance":
                self._give_back(frame["revoking"])
            case "revoked":
                self._revoke(frame["partitions"])
            case "committed":
                self._confirm({int(p): int(o) for p, o in frame["offsets"].items()})
            case "error":
                self._complain(frame)
            case "bye":
                self.end(Ended(frame.get("code", 1000), frame["reason"]))

    def _take(self, frame: dict[str, Any]) -> None:
        partition = frame["partition"]
        self.skipped += frame["skipped"]
        self.cursor = frame["cursor"]
        self._records += (record_of(self.topic, partition, each) for each in frame["records"])
        self._wake.set()

    def _own(self, offsets: Mapping[int, int]) -> dict[int, int]:
        return {p: offset for p, offset in offsets.items() if p in self.assigned}

    def _give_back(self, revoking: dict[str, str]) -> None:
        """The group wants partitions: drop what nobody has seen, let go once the rest is
        committed."""
        self._releasing = {int(partition): int(offset) for partition, offset in revoking.items()}
        self._drop(self._releasing)
        self._release_when_committed()

    def _release_when_committed(self) -> None:
        open_ = [p for p in self._releasing if self._committed.get(p, 0) < self._taken.get(p, 0)]
        if self._releasing and not open_:
            self._releasing = {}
            self._sender.say({"type": "release", "id": self.id})

    def _revoke(self, partitions: list[int]) -> None:
        self.assigned -= set(partitions)
        self._drop(partitions)
        for partition in partitions:
            self._taken.pop(partition, None)
            self._committed.pop(partition, None)
            self._releasing.pop(partition, None)

    def _drop(self, partitions: Iterable[int]) -> None:
        gone = set(partitions)
        kept = deque(each for each in self._records if each.partition not in gone)
        self._owed += len(self._records) - len(kept)
        self._records = kept

    def _confirm(self, offsets: dict[int, int]) -> None:
        self._committed.update(offsets)
        if self._commits:
            done = self._commits.popleft()
            if not done.done():
                done.set_result(offsets)
        self._release_when_committed()

    def _complain(self, frame: dict[str, Any]) -> None:
        error = LiveError(frame["code"], frame["message"], retryable=frame["retryable"])
        if not self.ready.done() and not error.retryable:
            self.end(error)
        elif self._commits:
            done = self._commits.popleft()
            if not done.done():
                done.set_exception(error)

    def _fail_commits(self, failure: LiveError) -> None:
        for done in self._commits:
            if not done.done():
                done.set_exception(failure)
        self._commits.clear()
