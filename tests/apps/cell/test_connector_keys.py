"""The ring of keys in its file: where it is, what it is without one, and how it is replaced."""

import json
import os

import pytest

from streaming.cell import secrets
from streaming.cell.connector_keys import new_key, read_ring, write_ring
from streaming.cell.failure import ConfigurationError
from streaming.cell.instance import Instance


@pytest.fixture
def folder(tmp_path):
    secrets.write(tmp_path / "secrets.json", secrets.generate())
    return tmp_path


def test_a_ring_is_beside_the_other_secrets_and_read_anew(folder):
    instance = Instance.load(folder, {})
    first = instance.connector_keys()
    assert first == (instance.secrets.first_connector_key,)
    fresh = new_key()
    write_ring(instance.connector_keys_file, (fresh, *first))
    assert instance.connector_keys() == (fresh, *first)
    assert Instance.load(folder, {}).secrets == instance.secrets
    assert (folder / "secrets.json").stat().st_mode & 0o777 == 0o600
    write_ring(instance.connector_keys_file, (fresh,))
    assert instance.connector_keys() == (fresh,)


def test_where_the_environment_gives_the_secrets_it_names_the_file(folder):
    given = {"HEADWATER_SECRET_KEY": "s" * 40}
    alone = Instance.load(folder, given)
    assert alone.connector_keys_file is None
    assert alone.connector_keys() == (alone.secrets.first_connector_key,)

    given["HEADWATER_CONNECTOR_KEYS_FILE"] = str(folder / "keys" / "ring.json")
    named = Instance.load(folder, given)
    assert named.connector_keys() == alone.connector_keys(), "there is no file yet"
    (folder / "keys").mkdir()
    fresh = new_key()
    write_ring(named.connector_keys_file, (fresh,))
    assert named.connector_keys() == (fresh,)
    kept = (folder / "keys" / "ring.json").read_text()
    assert "s" * 40 not in kept


@pytest.mark.parametrize(
    "content", ["", "[]", '{"connector_keys": 1}', '{"connector_keys": ["AAAA"]}', '{"connect']
)
def test_a_file_that_is_not_ours_is_no_ring(tmp_path, content):
    file = tmp_path / "ring.json"
    file.write_text(content)
    with pytest.raises(ConfigurationError):
        read_ring(file, b"f" * 32)


def test_a_crash_while_it_is_written_leaves_the_former(folder, monkeypatch):
    file = folder / "secrets.json"
    before = file.read_text()

    def fail(_descriptor):
        raise OSError("the disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", fail)
        with pytest.raises(OSError, match="full"):
            write_ring(file, (new_key(),))
    assert file.read_text() == before
    ring = (new_key(),)
    write_ring(file, ring)
    assert read_ring(file, b"") == ring
    assert json.loads(file.read_text()).keys() > json.loads(before).keys()


@pytest.mark.skipif(os.geteuid() != 0, reason="needs: root")
def test_who_owned_the_file_still_does(folder):
    file = folder / "secrets.json"
    os.chown(file, 65534, 65534)
    write_ring(file, (new_key(),))
    assert (file.stat().st_uid, file.stat().st_gid) == (65534, 65534)
