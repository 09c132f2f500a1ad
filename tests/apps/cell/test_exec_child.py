"""A supervised program goes when its supervisor goes, also when that is killed."""

import os
import signal
import subprocess
import sys

import psutil
import pytest

from streaming.cell.program import EXEC_CHILD, PYTHON, Group, Program
from tests.waiting import wait_until

needs_linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs: Linux")
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs: root")

# A supervisor in small: starts the wrapped program, says its process id, and waits to be killed.
PARENT = """
import subprocess, sys, time
child = subprocess.Popen(sys.argv[1:])
print(child.pid, flush=True)
time.sleep(600)
"""


def orphaned(program):
    """Run ``program`` below a parent, kill the parent with SIGKILL; the program's process."""
    with subprocess.Popen(
        [PYTHON, "-c", PARENT, *program.wrapped()], stdout=subprocess.PIPE, text=True
    ) as parent:
        child = psutil.Process(int(parent.stdout.readline()))
        wait_until(lambda: child.name() == "sleep", "exec of the child")
        parent.kill()
    return child


def gone(process):
    return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE


@needs_linux
@pytest.mark.parametrize("die_with", ["SIGKILL", "SIGINT", "SIGTERM"])
def test_it_dies_with_the_process_that_started_it(die_with):
    child = orphaned(Program("p", Group.EDGE, ("/bin/sleep", "600"), die_with=die_with))
    wait_until(lambda: gone(child), "the end of the child")


@needs_linux
def test_it_dies_of_a_signal_that_its_starter_ignores():
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        child = orphaned(Program("p", Group.EDGE, ("/bin/sleep", "600"), die_with="SIGINT"))
        wait_until(lambda: gone(child), "the end of the child")
    finally:
        signal.signal(signal.SIGINT, before)


@needs_linux
@needs_root
def test_it_dies_as_another_user_too():
    program = Program("p", Group.STORES, ("/bin/sleep", "600"), user="65534:65534")
    child = orphaned(program)
    wait_until(lambda: gone(child), "the end of the child")


@needs_root
def test_nothing_of_root_is_left_to_another_user(tmp_path):
    command = ("/bin/sh", "-c", "id -u; id -g; id -G; pwd")
    program = Program("p", Group.STORES, command, user="65534:65534", folder=tmp_path)
    done = subprocess.run(program.wrapped(), capture_output=True, text=True, check=True)

    assert done.stdout.split() == ["65534", "65534", "65534", str(tmp_path)]


def test_a_program_that_is_absent_is_named():
    program = Program("p", Group.EDGE, ("/nowhere/postgres",))
    done = subprocess.run(program.wrapped(), capture_output=True, text=True, check=False)

    assert done.returncode == 127
    assert "/nowhere/postgres cannot be started" in done.stderr


def test_it_may_open_as_many_files_as_the_machine_allows():
    report = "import resource; print(*resource.getrlimit(resource.RLIMIT_NOFILE))"
    program = Program("p", Group.BROKERS, (PYTHON, "-c", report))
    done = subprocess.run(program.wrapped(), capture_output=True, text=True, check=True)

    soft, hard = done.stdout.split()
    assert soft == hard


def test_it_gets_no_more_memory_than_it_may_have():
    command = [PYTHON, "-I", "-S", str(EXEC_CHILD), "--memory", str(256 << 20), "--"]
    hoard = "import sys; len(bytearray(int(sys.argv[1]) << 20)); print('had it')"
    enough, too_much = (
        subprocess.run(
            [*command, PYTHON, "-c", hoard, wanted], capture_output=True, text=True, check=False
        )
        for wanted in ("64", "512")
    )
    assert enough.stdout == "had it\n"
    assert "MemoryError" in too_much.stderr


def test_signals_reach_the_program_itself():
    """The wrapper becomes the program: there is no process between it and the supervisor."""
    wrapped = Program("p", Group.EDGE, ("/bin/sleep", "600")).wrapped()
    assert str(EXEC_CHILD) in wrapped
    with subprocess.Popen(wrapped) as process:
        wait_until(lambda: psutil.Process(process.pid).name() == "sleep", "exec")
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == -signal.SIGTERM
