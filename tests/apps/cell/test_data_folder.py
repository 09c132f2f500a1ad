"""Who may use a data folder, and when there is no room to start."""

import os
import subprocess

import pytest

from streaming.cell import folder
from streaming.cell.failure import Failure
from streaming.cell.program import CHECKOUT, PYTHON

HOLD = """
import sys, time
from pathlib import Path
from streaming.cell import folder
with folder.locked(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(600)
"""


def test_a_folder_is_used_by_one_service_at_a_time(tmp_path):
    command = [PYTHON, "-c", HOLD, str(tmp_path)]
    with subprocess.Popen(command, cwd=CHECKOUT, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(Failure) as refused, folder.locked(tmp_path):
            pass
        assert f"in use by a service that runs already (process {holder.pid})" in str(refused.value)
        holder.kill()
    with folder.locked(tmp_path):
        pass


def test_the_lock_is_held_by_whoever_still_has_its_descriptor(tmp_path):
    with folder.locked(tmp_path) as descriptor:
        heir = os.dup(descriptor)
    try:
        with pytest.raises(Failure), folder.locked(tmp_path):
            pass
    finally:
        os.close(heir)


def test_a_full_disk_is_found_before_anything_is_written(tmp_path, monkeypatch):
    monkeypatch.setattr(folder, "FREE_FOR_A_NEW_FOLDER", 2**80)
    new = tmp_path / "not" / "yet"

    with pytest.raises(Failure) as refused:
        folder.check_room(new)
    assert "is full" in str(refused.value)
    assert not (tmp_path / "not").exists()


def test_a_folder_that_served_before_needs_less_room(tmp_path, monkeypatch):
    monkeypatch.setattr(folder, "FREE_FOR_A_NEW_FOLDER", 2**80)
    folder.write_record(tmp_path, {"id": "abc"})

    folder.check_room(tmp_path)


def test_a_file_in_the_way_is_named(tmp_path):
    (tmp_path / "data").write_text("")
    with pytest.raises(Failure) as refused:
        folder.check_room(tmp_path / "data" / "inner")
    assert "is not a folder" in str(refused.value)


def test_the_record_comes_back_and_is_private(tmp_path):
    folder.write_record(tmp_path, {"brokers": 3})

    assert folder.read_record(tmp_path) == {"brokers": 3}
    assert (tmp_path / "instance.json").stat().st_mode & 0o777 == 0o600
    assert folder.read_record(tmp_path / "new") == {}
