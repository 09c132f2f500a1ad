"""A second process that says it is a broker which runs already."""

import subprocess
import sys
from random import Random
from typing import Final

from streaming.cell.preparation import programs_environment
from streaming.cell.program import CHECKOUT, EXEC_CHILD
from streaming.cell.programs import broker_command
from tests.torture.faults.scene import Injected, NotNow, Scene

LASTS_S: Final = 15.0
PATIENCE_S: Final = 20.0
"""On top, for a machine on which starting a process takes long."""


def duplicate_broker(scene: Scene, draw: Random) -> Injected:
    """It has to find the volume locked and end; the first goes on."""
    number = scene.draw_broker(draw)
    original = scene.cluster.broker(number).pid
    if original is None:
        raise NotNow(f"broker {number} does not run")
    wrapper = [sys.executable, "-I", "-S", str(EXEC_CHILD), "--die-with", "SIGKILL", "--"]
    command, more = list(broker_command(number)), {}
    if scene.network is not None:
        command, more = scene.network.second(number, command)
    second = subprocess.Popen(
        [*wrapper, *command],
        cwd=CHECKOUT,
        env=programs_environment(scene.cluster.data_dir) | more,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )

    def undo() -> str | None:
        try:
            code = second.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            second.kill()
            second.wait()
            code = None
        if scene.cluster.broker(number).pid != original:
            return None  # The first went, for whatever reason; the second may then have come in.
        if code is None:
            return f"a second broker {number} was not refused"
        return None if code else f"a second broker {number} ended as if all were well"

    return Injected(
        f"broker {number}", lasts_s=LASTS_S, undo=undo, is_over=lambda: second.poll() is not None
    )
