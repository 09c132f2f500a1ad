"""Which commits move a group, rather than note how far it has read.

Both are OffsetCommit without a member: AdminClient's ``alterConsumerGroupOffsets`` and
``kafka-consumer-groups --reset-offsets`` send what a consumer sends that assigns itself. So this is
a rule and no certainty:

- A group that has members, or had, is committed to by them. Whatever somebody else changes is a
  reset, forwards too.
- A group that never had any belongs to consumers that assign themselves, who read on. What goes
  back is a reset, with everything else in the request; what goes forward cannot be told apart.
"""

from collections.abc import Mapping, Sequence

from brokers.groups.offset_requests import CommitOffsets, OffsetMove
from brokers.groups.offsets import Committed, Place
from brokers.kernel.errors import ErrorCode


def reset_by(
    request: CommitOffsets,
    codes: Sequence[ErrorCode],
    committed: Mapping[Place, Committed],
    *,
    had_members: bool,
) -> list[OffsetMove]:
    """What the request changes, if it is a reset; ``codes`` as it is answered, ``committed`` from
    before it."""
    if request.member_id or request.instance_id is not None or request.generation >= 0:
        return []
    moves = []
    for new, code in zip(request.offsets, codes, strict=True):
        known = committed.get(new.place)
        before = None if known is None else known.offset
        if code is ErrorCode.NONE and before != new.offset:
            moves.append(OffsetMove(new.place, before, new.offset))
    return moves if had_members or any(_goes_back(move) for move in moves) else []


def _goes_back(move: OffsetMove) -> bool:
    return move.before is not None and move.after < move.before
