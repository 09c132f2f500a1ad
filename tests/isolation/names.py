"""What a tenant's things are called, and how an answer is freed of it."""

import secrets
import uuid
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from struct import pack


@dataclass(frozen=True, slots=True)
class Names:
    """One set of things. Two sets have names of the same lengths, so that an answer about one can
    be turned into the answer about the other by replacing bytes.

    ``group`` is a classic group with one member, ``consumer_group`` one of KIP-848 with one;
    ``transactional_id`` has an open transaction.
    """

    topic: str
    topic_id: bytes
    group: str
    member: str
    instance: str
    consumer_group: str
    consumer_member: str
    transactional_id: str
    producer_id: int
    principal: str
    user: str
    client: str
    generation: int = 1
    producer_epoch: int = 0


Thing = StrEnum("Thing", {each.name.upper(): each.name for each in fields(Names)})
"""A name to fill in, of whichever set is asked about."""


@dataclass(frozen=True, slots=True)
class Mine:
    """A name of the caller's own set, whatever is asked about."""

    thing: Thing


NEVER_GIVEN = 1 << 62
"""Producer ids from here on are made up."""


def made_up(kind: str) -> Names:
    """Names of nothing; ``kind`` is three letters."""
    tag = f"{kind}-{secrets.token_hex(6)}"
    return Names(
        topic=f"{tag}-topic",
        topic_id=uuid.uuid4().bytes,
        group=f"{tag}-group",
        member=f"{tag}-instance-{uuid.uuid4()}",
        instance=f"{tag}-instance",
        consumer_group=f"{tag}-consumers",
        consumer_member=str(uuid.uuid4()),
        transactional_id=f"{tag}-transaction",
        producer_id=NEVER_GIVEN + secrets.randbits(48),
        principal=f"User:{tag}-account",
        user=f"{tag}-user",
        client=f"{tag}-client",
    )


def twin(real: Names) -> Names:
    """A set of nothing that differs from ``real`` in nothing but that it does not exist."""
    return replace(made_up("abs"), generation=real.generation, producer_epoch=real.producer_epoch)


def told_of(answer: bytes, real: Names, other: Names) -> bytes:
    """``answer``, with the names of ``real`` replaced by those of ``other``."""
    for thing in fields(Names):
        before, after = getattr(real, thing.name), getattr(other, thing.name)
        match before:
            case str():
                answer = answer.replace(before.encode(), after.encode())
            case bytes():
                answer = answer.replace(before, after)
            case int() if thing.name == "producer_id":
                answer = answer.replace(pack(">q", before), pack(">q", after))
    return answer


def marks(real: Names) -> list[bytes]:
    """What must not turn up in any answer to somebody else."""
    texts = [getattr(real, each.name) for each in fields(Names) if each.type in ("str", str)]
    return [*(text.encode() for text in texts), real.topic_id]
