"""PostgreSQL and Valkey, killed or stopped: no record may wait for them."""

import contextlib
import os
import signal
from random import Random
from typing import Final

import psutil

from tests.torture.faults.scene import Injected, NotNow, Scene

PAUSE_S: Final = 5.0


def kill_postgres(scene: Scene, _draw: Random) -> Injected:
    return _kill(scene, "postgres")


def kill_valkey(scene: Scene, _draw: Random) -> Injected:
    return _kill(scene, "valkey")


def pause_postgres(scene: Scene, _draw: Random) -> Injected:
    return _pause(scene, "postgres")


def pause_valkey(scene: Scene, _draw: Random) -> Injected:
    return _pause(scene, "valkey")


def _kill(scene: Scene, store: str) -> Injected:
    _send(_family(scene, store), signal.SIGKILL)
    return Injected(store)


def _pause(scene: Scene, store: str) -> Injected:
    family = _family(scene, store)
    _send(family, signal.SIGSTOP)
    return Injected(
        f"{store} for {PAUSE_S:g} s", lasts_s=PAUSE_S, undo=lambda: _send(family, signal.SIGCONT)
    )


def _family(scene: Scene, store: str) -> list[int]:
    """The server first, then the processes that serve its sessions."""
    pid = scene.cluster.store(store)
    if pid is None:
        raise NotNow(f"{store} does not run")
    try:
        return [pid, *(each.pid for each in psutil.Process(pid).children(recursive=True))]
    except psutil.NoSuchProcess:
        raise NotNow(f"{store} has just ended") from None


def _send(pids: list[int], sent: signal.Signals) -> None:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, sent)
