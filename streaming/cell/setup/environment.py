"""The virtual environment: made by ``venv``, filled by ``uv`` (or pip) from pinned, hashed
requirements.

It is keyed by the requirement files and the Python version. The key is written last, so that a
set-up that was interrupted is taken up again by the next one. What the operator adds, his own
connectors above all, is installed on top, with a key of its own.
"""

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from streaming.cell.setup.own_packages import OwnPackages
from streaming.cell.setup.steps import SetupError, run, say, step

RUN = "requirements.txt"
DEVELOPMENT = "requirements-dev.txt"
UV = "requirements-uv.txt"
KEYS = "headwater-keys"

# uv does not read pip's settings. Whoever has told pip where packages are means uv as well.
PIP_TO_UV = {
    "PIP_INDEX_URL": "UV_DEFAULT_INDEX",
    "PIP_EXTRA_INDEX_URL": "UV_INDEX",
    "PIP_FIND_LINKS": "UV_FIND_LINKS",
    "PIP_NO_INDEX": "UV_NO_INDEX",
    "PIP_CERT": "SSL_CERT_FILE",
    "PIP_DEFAULT_TIMEOUT": "UV_HTTP_TIMEOUT",
}


@dataclass(frozen=True, slots=True)
class Environment:
    """The virtual environment of ``checkout`` in ``folder``."""

    checkout: Path
    folder: Path

    @classmethod
    def of(cls, checkout: Path) -> "Environment":
        """The folder ``.venv`` of the checkout, or the one that ``HEADWATER_VENV`` names."""
        folder = os.environ.get("HEADWATER_VENV") or checkout / ".venv"
        return cls(checkout, Path(folder).absolute())

    @property
    def python(self) -> Path:
        return self.folder / "bin" / "python"

    @property
    def exists(self) -> bool:
        """Whether some set-up was finished here, be it of an earlier release."""
        return self.python.exists() and (self.folder / KEYS).is_dir()

    def is_current(self, requirements: str) -> bool:
        """Whether everything in the requirement file is installed. Development includes running."""
        return any(
            self._key_file(each).exists() and self._key_file(each).read_text() == self._key(each)
            for each in {requirements, DEVELOPMENT}
        )

    def ensure(self, requirements: str) -> None:
        """Install what is missing; raises ``SetupError``."""
        if not self.is_current(requirements):
            with step("virtual environment"):
                self._make()
            with step(f"packages of {requirements}"):
                self._install(requirements)
            self._key_file(requirements).write_text(self._key(requirements))
        self._ensure_own(requirements)

    def _ensure_own(self, requirements: str) -> None:
        """Install the operator's packages, also after those of a release have replaced all."""
        own = OwnPackages.of(self.checkout)
        file, key = self._key_file(own.file.name), own.key()
        installed = file.read_text() if file.exists() else ""
        if key == installed:
            return
        with step(f"packages of {own.file.name}"):
            if installed:
                # What is not named any more goes with all that is not Headwater's.
                self._install(DEVELOPMENT if self.is_current(DEVELOPMENT) else requirements)
            if own.exists:
                self._install_own(own, requirements)
        file.write_text(key)

    def _install_own(self, own: OwnPackages, requirements: str) -> None:
        """What they need must go together with what Headwater needs, which stays as it is."""
        named = ("--python", self.python, "--requirement", own.file)
        held = ("--constraint", self.checkout / requirements)
        variables = uv_environment(os.environ)
        try:
            install = (self._uv(), "pip", "install", *named)
            run("uv", *install, *held, folder=self.checkout, environment=variables)
            # A folder whose code changed is the same version to uv, and would stay as it was.
            anew = ("--no-deps", "--reinstall")
            run("uv", *install, *anew, folder=self.checkout, environment=variables)
        except SetupError as failure:
            raise SetupError(f"What {own.file} names could not be installed. {failure}") from None

    def _key_file(self, requirements: str) -> Path:
        return self.folder / KEYS / requirements

    def _key(self, requirements: str) -> str:
        digest = hashlib.sha256(f"{sys.version} {sys.platform}\n".encode())
        digest.update((self.checkout / requirements).read_bytes())
        return digest.hexdigest()

    def _make(self) -> None:
        """Make the environment, or keep the one that is there when it has this Python."""
        keys = self.folder / KEYS
        if self.python.exists() and self._version() == sys.version:
            shutil.rmtree(keys, ignore_errors=True)
        else:
            _refuse_foreign(self.folder)
            what = "Making the virtual environment"
            run(what, sys.executable, "-m", "venv", "--clear", "--without-pip", self.folder)
        keys.mkdir(exist_ok=True)

    def _version(self) -> str:
        asked = subprocess.run(
            [self.python, "-c", "import sys; print(end=sys.version)"],
            capture_output=True,
            text=True,
            check=False,
        )
        return asked.stdout

    def _install(self, requirements: str) -> None:
        try:
            uv = self._uv()
            run(
                "uv",
                *(uv, "pip", "sync", "--python", self.python, "--require-hashes"),
                self.checkout / requirements,
                environment=uv_environment(os.environ),
            )
        except SetupError as failure:
            say(f"{failure}\nTrying pip instead.")
            self._install_by_pip(requirements)

    def _uv(self) -> Path:
        """uv, in a folder of its own: what is installed for Headwater must not depend on it."""
        folder = self.folder / "setup"
        uv = folder / "bin" / "uv"
        if not uv.exists():
            partial = self.folder / "setup.partial"
            shutil.rmtree(partial, ignore_errors=True)
            flags = ("--target", partial, "--require-hashes", "--requirement", self.checkout / UV)
            run("Installing uv", *self._pip(), "install", "--quiet", *flags)
            partial.rename(folder)
        return uv

    def install_apart(self, requirements: str, target: Path) -> None:
        """Install a requirement file into the folder ``target``, beside the environment."""
        file = self.checkout / requirements
        flags = ("--require-hashes", "--target", target, "--requirement", file)
        try:
            command = (self._uv(), "pip", "install", "--python", self.python)
            run("uv", *command, *flags, environment=uv_environment(os.environ))
        except SetupError as failure:
            say(f"{failure}\nTrying pip instead.")
            run("pip", *self._pip(), "install", "--quiet", *flags)

    def _install_by_pip(self, requirements: str) -> None:
        self._ensure_own_pip()
        flags = ("--quiet", "--require-hashes", "--requirement", self.checkout / requirements)
        run("pip", self.python, "-m", "pip", "install", *flags)

    def _pip(self) -> list[str | Path]:
        """Some pip: this Python's own, which saves seconds, or else the environment's."""
        if importlib.util.find_spec("pip") is not None:
            return [sys.executable, "-m", "pip"]
        self._ensure_own_pip()
        return [self.python, "-m", "pip"]

    def _ensure_own_pip(self) -> None:
        if importlib.util.find_spec("ensurepip") is None:
            version = f"{sys.version_info.major}.{sys.version_info.minor}"
            raise SetupError(
                f"This Python has neither pip nor ensurepip. On Debian and Ubuntu: "
                f"apt-get install python{version}-venv"
            )
        run("Installing pip", self.python, "-m", "ensurepip", "--default-pip")


def uv_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """``environment`` with pip's settings said in uv's words; what uv was told directly stays."""
    said = {
        uv: environment[pip]
        for pip, uv in PIP_TO_UV.items()
        if environment.get(pip) and uv not in environment
    }
    # Hard links out of uv's cache fail across file systems, and uv then says so at length.
    return {"UV_LINK_MODE": "copy", "UV_NO_PROGRESS": "1"} | dict(environment) | said


def _refuse_foreign(folder: Path) -> None:
    """``venv --clear`` empties the folder: it must be a virtual environment, or nothing at all."""
    if folder.exists() and any(folder.iterdir()) and not (folder / "pyvenv.cfg").exists():
        raise SetupError(
            f"{folder} is no virtual environment, and set-up would empty it. "
            "Move it away, or let HEADWATER_VENV name another folder."
        )
