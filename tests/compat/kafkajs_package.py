"""kafkajs as npm installs it, kept in the user's cache."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

SOURCE = Path(__file__).parent / "kafkajs"


def kafkajs_folder() -> Path:
    """A folder with kafkajs and the scripts of ``kafkajs/``; without npm the test is skipped."""
    if shutil.which("npm") is None:
        pytest.skip("needs: npm")
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))
    folder = cache / "headwater" / "kafkajs-2.2.4"
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "node_modules" / "kafkajs").exists():
        shutil.copy(SOURCE / "package.json", folder)
        done = subprocess.run(
            ["npm", "install", "--no-audit", "--no-fund", "--no-package-lock"],
            cwd=folder, capture_output=True, text=True, timeout=300, check=False,
        )  # fmt: skip
        if done.returncode != 0:
            pytest.skip("needs: the npm registry")
    for script in SOURCE.glob("*.js"):
        shutil.copy(script, folder)
    return folder
