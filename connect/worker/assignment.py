"""Which tasks a worker takes and which it gives up, so that all run and live workers have alike.

Each worker decides for itself out of the same rows; what two of them want is decided by a
compare-and-set on the task's generation. Pure.
"""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

from connect.work import Owner, TaskSeen

GIVEN_UP_AT_ONCE: Final = 1
"""Tasks of a worker that has too many, in one turn: they stop for a moment to move."""


def shares(held: Mapping[Owner, int], slots: Mapping[Owner, int], tasks: int) -> dict[Owner, int]:
    """How many of ``tasks`` each worker is to have: as many as each other, or as many as it can.

    Together they are all tasks, as far as there are slots. What is left over when others have
    alike goes to those that hold most, so that nothing moves without need.
    """
    tasks = min(tasks, sum(slots.values()))
    level = 0
    while sum(min(level + 1, limit) for limit in slots.values()) <= tasks and level < tasks:
        level += 1
    found = {owner: min(level, limit) for owner, limit in slots.items()}
    left = tasks - sum(found.values())
    able = [owner for owner, limit in slots.items() if limit > level]
    able.sort(key=lambda owner: (-held.get(owner, 0), owner.name))
    for owner in able[:left]:
        found[owner] += 1
    return found


def claims(me: Owner, alive: Mapping[Owner, int], tasks: Sequence[TaskSeen]) -> list[TaskSeen]:
    """Tasks that nobody alive has and that ``me`` is to take.

    What only waits to be removed is anybody's to take, as many as there are.
    """
    orphans = [task for task in tasks if task.owner is None or task.owner not in alive]
    room = -_excess(me, alive, tasks)
    wanted = sorted(
        (task for task in orphans if task.wanted), key=lambda task: _preference(me, task)
    )
    return [*(task for task in orphans if task.ends), *wanted[: max(room, 0)]]


def left_over(alive: Mapping[Owner, int], tasks: Sequence[TaskSeen]) -> list[TaskSeen]:
    """Tasks that nobody alive has or has room for, and of which that is not said yet: those of a
    worker that died are as they were when it did."""
    wanted = [task for task in tasks if task.wanted]
    held = Counter(task.owner for task in wanted if task.owner is not None)
    if any(held[owner] < limit for owner, limit in alive.items()):
        return []
    return [
        task
        for task in wanted
        if task.owner not in alive and (task.owner is not None or task.waits_untold)
    ]


def releases(me: Owner, alive: Mapping[Owner, int], tasks: Sequence[TaskSeen]) -> list[TaskSeen]:
    """Tasks of ``me`` that others are to have."""
    too_many = _excess(me, alive, tasks)
    mine = sorted(
        (task for task in tasks if task.wanted and task.owner == me),
        key=lambda task: _preference(me, task),
        reverse=True,
    )
    return mine[: min(max(too_many, 0), GIVEN_UP_AT_ONCE)]


def _excess(me: Owner, alive: Mapping[Owner, int], tasks: Sequence[TaskSeen]) -> int:
    """How many more tasks ``me`` has than it is to have; negative when it is to have more."""
    wanted = [task for task in tasks if task.wanted]
    held = Counter(task.owner for task in wanted if task.owner is not None)
    return held[me] - shares(held, alive, len(wanted))[me]


def _preference(me: Owner, task: TaskSeen) -> bytes:
    """Another order for each worker: two that claim at the same time then seldom want the same."""
    return hashlib.blake2b(task.id.bytes, key=me.incarnation.bytes, digest_size=8).digest()
