"""Exchanging the key that secrets are sealed with, step by step."""

import time
from dataclasses import dataclass
from typing import Final

from connect.selectors.sealing import Use, processes_without, sealing
from connect.services.add_sealing_key import add_sealing_key
from connect.services.reseal_connectors import Resealed, reseal_connectors
from connect.services.reseal_scram_users import ResealedUsers, reseal_scram_users
from connect.services.use_newest_sealing_key import use_newest_sealing_key

LOOK_SECONDS: Final = 0.2
PROCESSES_SECONDS: Final = 15.0
"""A worker that lives tells each second which keys it has, and one that is silent for ten is dead
(``connect/selectors/workers.py``). A broker tells with each heartbeat, and is fenced sooner."""


@dataclass(frozen=True, slots=True)
class Rotated:
    """``added``: the key was made now, and not by a run that was interrupted."""

    key: str
    added: bool
    resealed: Resealed
    resealed_users: ResealedUsers


def rotate(*, by: str) -> Rotated:
    """Make a key, have all processes able to open with it, seal with it, seal all anew.

    Each step asks the rows and the ring what there is to do, so that a run after a crash goes on
    where the other was. Raises ``ApplicationError``: secrets open all the same.
    """
    found = sealing()
    added = not found.is_rotating
    key = add_sealing_key(by=by) if added else found.newest.name
    if added or found.newest.use is Use.OPENS:
        _wait_for_processes(key)
        use_newest_sealing_key(by=by)
    return Rotated(key, added, reseal_connectors(by=by), reseal_scram_users(by=by))


def _wait_for_processes(key: str) -> None:
    """Until all that live have it, or ``PROCESSES_SECONDS``: what follows refuses by itself."""
    deadline = time.monotonic() + PROCESSES_SECONDS
    while processes_without(key) and time.monotonic() < deadline:
        time.sleep(LOOK_SECONDS)
