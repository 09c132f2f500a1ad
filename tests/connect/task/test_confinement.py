"""What a task's process can no longer do once it has given that up."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from connect.task import landlock
from tests.architecture.test_tidy import ROOT

PROBE = """
import ctypes, json, os, socket, sys, tempfile
from connect.task.confinement import confine
confine()
asked = json.loads(sys.argv[1])

def tried(action):
    try:
        action()
    except (OSError, ValueError) as error:
        return type(error).__name__
    return "done"

def write(path):
    with open(path, "w") as file:
        file.write("x")

def link(folder):
    # As files that must not be seen by halves come to be.
    inside = os.open(folder, os.O_RDONLY)
    unnamed = os.open(".", os.O_TMPFILE | os.O_WRONLY, dir_fd=inside)
    os.link(f"/proc/self/fd/{unnamed}", "linked", dst_dir_fd=inside)

def resolve():
    import encodings.idna
    socket.getaddrinfo("localhost", 80)

def spool():
    with tempfile.TemporaryFile() as file:
        file.write(b"x")

status = dict(line.split(":", 1) for line in open("/proc/self/status"))
print(json.dumps({
    **{path: tried(lambda: open(path).close()) for path in asked["read"]},
    **{"write " + path: tried(lambda: write(path)) for path in asked["write"]},
    "link": tried(lambda: link(asked["files"])),
    "signal": tried(lambda: os.kill(os.getppid(), 0)),
    "raise a limit": tried(lambda: __import__("resource").setrlimit(0, (-1, -1))),
    "resolve": tried(resolve),
    "spool": tried(spool),
    "dumpable": ctypes.CDLL(None).prctl(3, 0, 0, 0, 0),
    "capabilities": status["CapEff"].strip(),
}))
"""

pytestmark = pytest.mark.skipif(not landlock.version(), reason="needs: a kernel with Landlock")


@pytest.fixture
def folders(tmp_path: Path) -> dict[str, Path]:
    found = {name: tmp_path / name for name in ("data", "files", "tmp")}
    for folder in found.values():
        folder.mkdir()
    (found["data"] / "secrets.json").write_text("{}")
    return found


def probed(folders: dict[str, Path], read: list[str], write: list[str]) -> dict[str, Any]:
    asked = {"read": read, "write": write, "files": str(folders["files"])}
    ran = subprocess.run(
        [sys.executable, "-c", f"import resource; resource.setrlimit(0, (600, 600))\n{PROBE}",
         json.dumps(asked)],
        cwd=ROOT,
        env={"TMPDIR": str(folders["tmp"]), "HEADWATER_CONNECT_FILES": str(folders["files"])},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)


def test_the_service_s_files_and_processes_are_out_of_reach(folders: dict[str, Path]) -> None:
    secrets, environment = str(folders["data"] / "secrets.json"), f"/proc/{os.getpid()}/environ"
    memory, checkout = f"/proc/{os.getpid()}/mem", str(ROOT / "README.md")
    found = probed(folders, [secrets, environment, memory, checkout], [secrets])
    refused = "PermissionError"
    assert [found[path] for path in (secrets, environment, memory, checkout)] == [refused] * 4
    assert found[f"write {secrets}"] == refused
    assert (found["dumpable"], int(found["capabilities"], 16)) == (0, 0)
    assert found["raise a limit"] != "done"
    if landlock.version() >= 6:
        assert found["signal"] == refused


def test_what_a_task_needs_is_there(folders: dict[str, Path]) -> None:
    (folders["files"] / "in.txt").write_text("x")
    read = [str(folders["files"] / "in.txt"), "/etc/passwd", "/proc/self/statm", "/dev/urandom"]
    write = [str(folders["files"] / "out.txt"), "/dev/null"]
    found = probed(folders, [*read, str(ROOT / "connect" / "__init__.py")], write)
    done = {name for name, how in found.items() if how == "done"}
    assert done >= {*read, *(f"write {path}" for path in write), "link", "resolve", "spool"}
    assert (folders["files"] / "linked").exists()
