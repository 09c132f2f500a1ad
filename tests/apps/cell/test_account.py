"""PostgreSQL for a root whose folders are closed to the account that PostgreSQL must run as."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

from streaming.cell import account
from streaming.cell.postgres import PARTS, PROGRAMS, _packages_with_programs


@pytest.mark.skipif(os.geteuid() != 0, reason="needs: root")
def test_a_copy_runs_where_the_original_cannot_be_reached(tmp_path, tmp_path_factory, monkeypatch):
    open_to_all = tmp_path_factory.mktemp("cache")
    folder = open_to_all
    while folder != Path(tempfile.gettempdir()):
        folder.chmod(0o755)
        folder = folder.parent
    monkeypatch.setattr(account, "COPIES", (open_to_all / "headwater",))

    copy = account.reachable_copy(_packages_with_programs(), PARTS, "postgres-1")

    assert account.reachable(copy / PROGRAMS / "postgres")
    told = subprocess.run(
        [copy / PROGRAMS / "initdb", "--version"],
        capture_output=True, text=True, user=65534, group=65534, env={}, cwd="/", check=False,
    )  # fmt: skip
    assert told.returncode == 0, told.stderr
    assert "PostgreSQL" in told.stdout


@pytest.mark.skipif(os.geteuid() != 0, reason="needs: root")
def test_a_copy_that_lacks_a_file_is_made_anew(tmp_path, tmp_path_factory, monkeypatch):
    monkeypatch.setattr(account, "COPIES", (tmp_path / "headwater",))
    monkeypatch.setattr(account, "reachable", lambda _: True)
    packages = _packages_with_programs()
    copy = account.reachable_copy(packages, PARTS, "postgres-1")
    shutil.rmtree(copy / PARTS[1])

    again = account.reachable_copy(packages, PARTS, "postgres-1")

    assert again == copy
    assert any((again / PARTS[1]).iterdir())
