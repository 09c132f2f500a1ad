"""The internal authorities in their file, and when there is TLS on the internal listener."""

import json

import pytest

from brokers.certificates.authority import SEED_BYTES, Authority
from brokers.certificates.holder import EDGE
from streaming.cell import doctor, secrets
from streaming.cell.connector_keys import new_key, write_ring
from streaming.cell.failure import ConfigurationError
from streaming.cell.instance import Instance
from streaming.cell.internal_authorities import read_authorities, write_authorities


@pytest.fixture
def folder(tmp_path):
    secrets.write(tmp_path / "secrets.json", secrets.generate())
    return tmp_path


def authority(number: int) -> Authority:
    return Authority(bytes([number]) * SEED_BYTES, number)


def test_a_ring_is_beside_the_other_secrets_and_read_anew(folder):
    instance = Instance.load(folder, {})
    first = instance.authorities()
    assert len(first) == 1
    assert first == Instance.load(folder, {}).authorities(), "all processes have the same"
    file = instance.connector_keys_file
    write_authorities(file, (authority(1), *first))
    assert instance.authorities() == (authority(1), *first)

    keys = (new_key(), *instance.connector_keys())
    write_ring(file, keys)
    assert instance.authorities() == (authority(1), *first)
    assert instance.connector_keys() == keys
    assert Instance.load(folder, {}).secrets == instance.secrets
    assert file.stat().st_mode & 0o777 == 0o600


def test_each_deployment_has_its_own(folder):
    one, other = (
        Instance.load(folder, {"HEADWATER_SECRET_KEY": letter * 40}).authorities()
        for letter in "ab"
    )
    assert one != other


@pytest.mark.parametrize(
    "kept", [1, [1], [{}], [{"seed": "AAAA", "issues_from": 0}], [{"seed": None}], {"seed": "x"}]
)
def test_what_we_did_not_write_is_refused(tmp_path, kept):
    file = tmp_path / "keys.json"
    file.write_text(json.dumps({"internal_authorities": kept}))
    with pytest.raises(ConfigurationError):
        read_authorities(file, bytes(SEED_BYTES))


@pytest.mark.parametrize(
    ("given", "has_tls"),
    [
        ({}, False),
        ({"HEADWATER_INTERNAL_TLS": "1"}, True),
        ({"HEADWATER_INTERNAL_TLS": "0"}, False),
        ({"HEADWATER_INTERNAL_BIND_HOST": "127.0.0.2"}, False),
        ({"HEADWATER_INTERNAL_BIND_HOST": "0.0.0.0"}, True),
        ({"HEADWATER_INTERNAL_BIND_HOST": "::"}, True),
        ({"HEADWATER_INTERNAL_BOOTSTRAP": "127.0.0.1:9192,[::1]:9193"}, False),
        ({"HEADWATER_INTERNAL_BOOTSTRAP": "127.0.0.1:9192,broker-2:9193"}, True),
    ],
)
def test_there_is_tls_wherever_others_can_connect(folder, given, has_tls):
    instance = Instance.load(folder, given)
    assert instance.internal_tls is has_tls
    assert (instance.mutual_tls(EDGE) is not None) is has_tls


def test_it_cannot_be_switched_off_where_others_can_connect(folder):
    given = {"HEADWATER_INTERNAL_BIND_HOST": "0.0.0.0", "HEADWATER_INTERNAL_TLS": "no"}
    with pytest.raises(ConfigurationError, match="HEADWATER_INTERNAL_TLS"):
        Instance.load(folder, given)


def test_what_up_was_told_counts_for_all_processes(folder):
    (folder / "instance.json").write_text(json.dumps({"internal_tls": True}))
    assert Instance.load(folder, {}).internal_tls


def test_the_doctor_says_which_it_is(folder):
    plain, certified = (
        doctor._internal_listener(Instance.load(folder, {"HEADWATER_INTERNAL_TLS": given}))
        for given in "01"
    )
    assert (plain.good, "tokens alone" in plain.found) == (True, True)
    assert (certified.good, "TLS 1.3" in certified.found) == (True, True)
    (folder / "keys.json").write_text("{")
    broken = {"HEADWATER_CONNECTOR_KEYS_FILE": str(folder / "keys.json")}
    found = doctor._internal_listener(Instance.load(folder, broken))
    assert (found.good, "keys.json" in found.mend) == (False, True)
