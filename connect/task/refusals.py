"""Records that a topic refuses, among others that it takes. Pure.

A broker takes a batch or refuses it, and does not say for which of its records; Kafka's own
producer then halves the batch, librdkafka fails all of it. So batches are kept within what their
topics take: what is larger than a batch travels alone, and what is refused alone is refused for
itself. Where a batch of several is refused all the same, the source is read again from its stored
offsets, with smaller batches.
"""

import hashlib
from collections.abc import Sequence
from typing import Final

ROOM_BYTES: Final = 128
"""What a batch of one record has beside its key, value and headers: 61 bytes of its own, up to 36
of the record's, rounded up."""
EACH_ALONE: Final = 1
"""Bytes of a batch to which nothing is added behind the first record."""
ALONE_RECORDS: Final = 20_000
"""How many records go alone after a batch was refused for one of them: no more are on their way at
a time (``kafka_settings``), so the one that it was is among them."""
ROUNDS_MAX: Final = 200
"""Readings of one transaction, each for another record of it that was refused. A record that is not
the same each time that it is read would be refused without end."""

Headers = Sequence[tuple[str, bytes | None]]


class ReadAgain(Exception):
    """The source goes on from its stored offsets with what ``Refusals`` knows now; it says why."""


class Refusals:
    """What one process of a task has learned of refusals. ``batch_bytes``: of a batch at most, as
    the producer counts, unless there is only one record in it."""

    def __init__(self, batch_bytes: int) -> None:
        self._usual_bytes = batch_bytes
        self._alone = 0
        self._left_out: set[bytes] = set()
        self._rounds = 0

    @property
    def batch_bytes(self) -> int:
        """For the producer."""
        return EACH_ALONE if self._alone else self._usual_bytes

    def fit(self, topic: str, batch_bytes_max: int) -> None:
        """Before the topic's first record: it takes batches of so many bytes. Raises ``ReadAgain``
        when the producer may make larger ones."""
        fitting = max(EACH_ALONE, batch_bytes_max - ROOM_BYTES)
        if fitting < self._usual_bytes:
            self._usual_bytes = fitting
            raise ReadAgain(f"topic {topic} takes batches of {batch_bytes_max} bytes at most")

    def smaller(self, *, by_size: bool) -> ReadAgain:
        """What to raise for a batch of several that was refused, for its size or for something
        else that one of its records has."""
        if by_size:
            self._usual_bytes = max(EACH_ALONE, self._usual_bytes // 2)
            return ReadAgain(f"a batch was too large: {self._usual_bytes} bytes from now on")
        self._alone = ALONE_RECORDS
        return ReadAgain("a batch was refused for one of its records: each goes alone for a while")

    def wrote_one(self) -> None:
        """A record was given to the producer."""
        if self._alone > 1:
            self._alone -= 1

    def stored(self) -> None:
        """Offsets were stored. Raises ``ReadAgain`` when records need not go alone any longer."""
        self._left_out.clear()
        self._rounds = 0
        if self._alone == 1:
            self._alone = 0
            raise ReadAgain("records go in batches again")

    # A transaction is lost with each record that is refused in it; the next reading leaves it out.

    def leave_out(self, mark: bytes) -> ReadAgain | None:
        """What to raise for a record that its topic has refused alone, and that is to be left out;
        None when that was tried too often."""
        self._left_out.add(mark)
        self._rounds += 1
        return ReadAgain("a record is left out") if self._rounds <= ROUNDS_MAX else None

    def leaves_out(self, topic: str, key: bytes | None, value: bytes | None, more: Headers) -> bool:
        """Whether the same record was refused before."""
        return bool(self._left_out) and mark_of(topic, key, value, more) in self._left_out


def mark_of(topic: str, key: bytes | None, value: bytes | None, headers: Headers) -> bytes:
    """The same for the same record: what refuses the one refuses the other."""
    mark = hashlib.blake2b(digest_size=16)
    parts = [topic.encode(), key, value]
    for name, data in headers:
        parts += [name.encode(), data]
    for part in parts:
        # A length before each: no two lists of parts are the same bytes.
        mark.update(b"-" if part is None else b"%d:" % len(part))
        mark.update(part or b"")
    return mark.digest()


def was_alone(size: int, batch_bytes: int) -> bool:
    """Whether a record of ``size`` bytes (key and value) had its batch for itself, of a producer
    that makes such batches."""
    return batch_bytes <= EACH_ALONE or size > batch_bytes
