"""What a coordinator's state machine decides, before any of it happens.

Groups and transactions are decided by pure machines: a verb reads state and returns a
``Decision``; whoever runs the machine makes its records durable, replays them, and only then
answers. So recovery runs the code that production runs, and an answer never tells of what could
still be lost.
"""

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Generic, TypeVar

R = TypeVar("R")
E = TypeVar("E")

Token = int
"""Names one request that waits for its reply; given by whoever runs the machine."""


@dataclass(frozen=True, slots=True)
class Reply:
    """Answer the request that waits under ``token``, once everything decided so far is
    committed."""

    token: Token
    result: object


@dataclass(frozen=True, slots=True)
class SetTimer:
    """Have ``fired`` called with ``key`` at ``at_ms``, monotonic milliseconds; replaces an earlier
    timer of that key."""

    key: Hashable
    at_ms: int


@dataclass(frozen=True, slots=True)
class CancelTimer:
    """Have nothing called for ``key`` any more."""

    key: Hashable


@dataclass(frozen=True, slots=True)
class Decision(Generic[R, E]):
    """Nothing has changed yet. In this order: ``records`` are replayed, then ``events``, then
    ``effects`` are done.

    ``records`` go into the log as one batch, all or none of them. ``events`` change what is not
    kept in the log. With a ``producer_id`` the batch is part of that producer's transaction.
    """

    records: tuple[R, ...] = ()
    events: tuple[object, ...] = ()
    effects: tuple[E, ...] = ()
    producer_id: int = -1
    producer_epoch: int = -1
