"""The files of one partition: from its records to the offsets that may be committed.

All files that are open at a time are one *generation*: they are closed together, so that what they
hold is a span of the partition without a gap. Its objects are named by the first offset of each
directory; when all of them are there, the offset after its span may be committed. After a crash the
span's records come again from its beginning, and lead to the same names.

An object that is there already says its last offset (``held``). By the wall clock a generation may
end elsewhere than the attempt before it: until the span has passed what such objects hold, nothing
is committed (``anchor``), so that a next attempt meets their names again.

For the same reason no object of a generation comes to be before all of the one before it are there:
a next attempt may end that one elsewhere, and would then pass over the name of what follows. Hence
each upload of a partition is ``after`` the one before it (``uploads.py``): it is under way beside
it, and is not there before it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from connect.connectors.objects.naming import Naming
from connect.connectors.objects.spool import OpenFile
from connect.connectors.objects.uploads import OutOfTurn, Upload
from connect.spi.records import TopicPartition

NEVER = -1


@dataclass(slots=True)
class Generation:
    """``start`` is its first record's offset, ``end`` the one after its last. Times are ms since
    1970: ``first_time_ms`` of its first record, ``opened_ms`` of the clock."""

    start: int
    end: int
    first_time_ms: int | None
    opened_ms: int
    records: int = 0
    files: dict[str, OpenFile] = field(default_factory=dict)
    """By directory."""

    @property
    def size_bytes(self) -> int:
        return sum(file.size_bytes for file in self.files.values())


@dataclass(slots=True)
class PartitionFiles:
    place: TopicPartition
    next_offset: int = NEVER
    """After the last record that was taken."""
    back_to: int | None = None
    """It is being read again, from here."""
    open: Generation | None = None
    closed: list[Generation] = field(default_factory=list)
    """Those that the store does not have all of yet."""
    uploads: list[Upload] = field(default_factory=list)
    """Under way: of the first of their files, in their order."""
    has_failed: bool = False
    """Whether the upload that ended last did, which is to be made again."""
    _waits_out: bool = False
    """Those under way come out of turn, and are to be made again when all have ended."""
    _held: dict[str, int] = field(default_factory=dict)
    _anchor: int | None = None

    def holds(self, directory: str, offset: int) -> bool:
        """Whether an object of an earlier attempt has the record."""
        return offset <= self._held.get(directory, NEVER)

    def close(self) -> None:
        """The generation takes no more."""
        if self.open is not None:
            for file in self.open.files.values():
                file.finish()
            self.closed.append(self.open)
            self.open = None

    @property
    def next_closed(self) -> Generation | None:
        """Of which a file is to go up next; None where none is, or may yet."""
        return None if self._waits_out else next((each[0] for each in self._waiting()), None)

    def begun(self, naming: Naming) -> Upload:
        """That file's upload, which is under way now."""
        _, directory, file = next(self._waiting())
        path = naming.path(self.place, directory, file.first_offset, file.extension)
        after = self.uploads[-1] if self.uploads else None
        upload = Upload(self.place, directory, path, file, after)
        self.uploads.append(upload)
        return upload

    def _waiting(self) -> Iterator[tuple[Generation, str, OpenFile]]:
        """Closed files with their generations and directories: those that are not under way."""
        under_way = {id(each.file) for each in self.uploads}
        for generation in self.closed:
            for directory, file in generation.files.items():
                if id(file) not in under_way:
                    yield generation, directory, file

    def ended(self, upload: Upload, rewind: Callable[[int], None]) -> None:
        """One of those under way; they end in their order. Raises what it failed by: it is the next
        again then."""
        self.uploads.remove(upload)
        self._waits_out = bool(self.uploads) and (self._waits_out or not upload.is_there)
        if isinstance(upload.error, OutOfTurn):
            return
        self.has_failed = upload.error is not None
        if upload.error is not None:
            raise upload.error
        generation, file, held = self.closed[0], upload.file, upload.held
        if held is not None and held != file.last_offset:
            self._note_held(upload.directory, held, generation.start)
            if held < file.last_offset or self._is_begun_within(file, upload.directory, held):
                rewind(self._read_again())
                return
        generation.files.pop(upload.directory).drop()
        if not generation.files:
            self.closed.pop(0)
            self._passed(generation.end)

    def committable(self, told: int) -> int:
        """How much of what was read up to ``told`` is in objects."""
        if self.back_to is not None:
            safe = min(told, self.back_to)
        elif self.closed:
            safe = self.closed[0].start
        else:
            safe = told if self.open is None else self.open.start
            self._passed(safe)
        return safe if self._anchor is None else min(safe, self._anchor)

    def drop(self) -> None:
        """Forget all that is in no object. A file that is under way is dropped by whoever is told
        that its upload has ended."""
        for upload in self.uploads:
            upload.is_withdrawn = True
        for _, _, file in self._waiting():
            file.drop()
        if self.open is not None:
            for file in self.open.files.values():
                file.drop()
        self.closed, self.open, self.uploads, self._waits_out = [], None, [], False

    def _note_held(self, directory: str, held: int, start: int) -> None:
        self._held[directory] = held
        self._anchor = start if self._anchor is None else min(self._anchor, start)

    def _passed(self, end: int) -> None:
        """Everything before ``end`` is in objects."""
        if all(held < end for held in self._held.values()):
            self._held.clear()
            self._anchor = None

    def _is_begun_within(self, file: OpenFile, directory: str, held: int) -> bool:
        """Whether a file that followed ``file`` begins with what an object turned out to hold."""
        others = (each.files.get(directory) for each in self._generations())
        return any(
            other is not None and other is not file and other.first_offset <= held
            for other in others
        )

    def _read_again(self) -> int:
        """From where: everything that is in no object begins anew."""
        start = min(each.start for each in self._generations())
        self.drop()
        self.next_offset = NEVER
        self.back_to = start
        return start

    def _generations(self) -> list[Generation]:
        return [*self.closed, *([] if self.open is None else [self.open])]
