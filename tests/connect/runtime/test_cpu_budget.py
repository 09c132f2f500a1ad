"""The bound on a stranger's computations, in a process of its own."""

import signal
import subprocess
import sys

import pytest

ENDLESS = """
from connect.runtime.cpu_budget import cpu_budget
with cpu_budget(0.05):
    while True:
        pass
"""
WITHIN = """
from connect.runtime.cpu_budget import cpu_budget
import time
with cpu_budget(0.05):
    pass
until = time.process_time() + 0.2
while time.process_time() < until:
    pass
"""


@pytest.mark.parametrize(("program", "ends"), [(ENDLESS, -signal.SIGPROF), (WITHIN, 0)])
def test_what_takes_too_long_ends_its_process(program: str, ends: int) -> None:
    done = subprocess.run([sys.executable, "-c", program], check=False, timeout=60)
    assert done.returncode == ends
