"""What to make of an object that is under a name, or may be, while nobody is sure that it is whole:
the store said that there is one (412), or the answer to an attempt was lost. Pure.

**Whose it may be.** Names of a partition's objects are written by the tasks that have had the
partition: this process, one before it that was killed, or one that does not know yet that it has
lost it. All create, none ever replaces by this way, so what they meant for a name is what is there.
The same records make the same name but not always the same bytes: by the wall clock a file may have
ended elsewhere, and another version of a library may compress otherwise. Hence an object tells its
last offset and a digest of its bytes; it comes to be with both at once, so they say what was meant.

**What counts.** An object counts as there when what the store sends of it has the digest that was
meant: its own, or that of these records. A store's word for it (size, entity tag) is not enough: it
is of what the store took, and not of what it can send. Offsets are committed for nothing else.

**What is repaired.** One that was meant to have these very bytes, and has not or cannot be read, is
put there again (``If-Match``): whoever owns it meant the same bytes, and what was created after it
begins where it ends. If it became whole or another meanwhile, the store refuses; a store that knows
no ``If-Match`` puts the same bytes where the same bytes were to be.

**What is not.** One that was meant to have other bytes is nobody's to replace: with these records
it would end elsewhere, and what follows it, written by whoever meant it, would have records twice
or not at all. Nor is one that says nothing, be it empty: it may be somebody else's. The task fails
and says which it is.
"""

from collections.abc import Collection
from dataclasses import dataclass
from enum import Enum
from re import fullmatch

from connect.connectors.objects.digests import MD5, Digest


class Standing(Enum):
    WHOLE = "whole"
    """All that was meant, by this process or whoever else meant it."""
    TO_REPLACE = "to replace"
    """Meant to be the same, and it is not."""
    DAMAGED = "damaged"
    """Not what was meant, which was something else."""
    FOREIGN = "foreign"
    """It does not say which records it has."""


@dataclass(frozen=True, slots=True)
class Meant:
    """What is told of an object that this process creates."""

    last_offset: int
    digest: Digest


@dataclass(frozen=True, slots=True)
class Told:
    """What a store says of an object without what it holds. ``last_offset`` and ``digest`` are as
    its creator meant it; None where that is not known. ``size`` is in bytes."""

    last_offset: int | None
    digest: Digest | None
    size: int
    e_tag: str

    @property
    def claimed(self) -> Digest | None:
        """What it is to have. Of one without a digest, as they once were created, it is what the
        store took, by its entity tag: the MD5 of one that came in one request ("Object" in the
        Amazon S3 API Reference), unless a key of AWS's encrypts it."""
        tag = self.e_tag.strip('"').lower()
        if self.digest is None and fullmatch("[0-9a-f]{32}", tag):
            return Digest(MD5, self.size, tag)
        return self.digest

    def was_meant_as(self, meant: Meant) -> bool:
        return self.last_offset == meant.last_offset and self.digest == meant.digest


def standing(meant: Meant, told: Told, read: Collection[Digest]) -> Standing:
    """``read`` are digests of what the store sends, by the algorithms of ``meant`` and of what is
    ``claimed``; none where it does not send it."""
    if meant.digest in read:
        return Standing.WHOLE
    if told.last_offset is None:
        return Standing.FOREIGN
    if told.claimed in read:
        return Standing.WHOLE
    return Standing.TO_REPLACE if told.was_meant_as(meant) else Standing.DAMAGED
