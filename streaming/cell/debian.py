"""Programs that some tests drive and that pip does not have: from Debian."""

import os
import shutil
import subprocess
import sys
import time

# Debian's package, and the program it brings.
TOOLS = {"chromium": "chromium", "kcat": "kcat", "mariadb-server-core": "mariadbd"}
TIMEOUT_S = 600


def install_missing_tools() -> None:
    """Install them by apt as root on Debian; elsewhere their tests say what they need.

    A failure is reported and nothing more: the tests that miss the program are then skipped by
    name, and ``--strict`` fails on that.
    """
    missing = [package for package, program in TOOLS.items() if shutil.which(program) is None]
    if not missing or os.geteuid() != 0 or shutil.which("apt-get") is None:
        return
    begun = time.monotonic()
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (
        ("apt-get", "update", "-qq"),
        ("apt-get", "install", "-y", "-qq", "--no-install-recommends", *missing),
    ):
        try:
            finished = subprocess.run(
                command, env=quiet, capture_output=True, text=True, timeout=TIMEOUT_S, check=False
            )
        except subprocess.TimeoutExpired:
            sys.stderr.write(f"{' '.join(command)} did not end within {TIMEOUT_S} s.\n")
            return
        if finished.returncode != 0:
            sys.stderr.write(f"{' '.join(command)} failed:\n{finished.stderr.strip()}\n")
            return
    sys.stderr.write(f"  {' and '.join(missing)} from Debian: {time.monotonic() - begun:.1f} s\n")
