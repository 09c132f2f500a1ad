"""``certificates``: what it says before and after, and what it does without ``--apply``."""

from contextlib import contextmanager
from dataclasses import replace

import pytest

from brokers.certificates.holder import Holder
from brokers.certificates.mutual_tls import MutualTls
from brokers.services.register_broker import register_broker
from streaming.cell.connector_keys import read_ring
from streaming.services.add_internal_authority import add_internal_authority
from tests.apps.brokers.registrations import registration
from tests.apps.commands.tls_server import TlsServer


@pytest.fixture(autouse=True)
def deployment(settings, tmp_path):
    """One with internal TLS, whose file of keys is this test's."""
    settings.HEADWATER = replace(
        settings.HEADWATER, connector_keys_file=tmp_path / "keys.json", internal_tls=True
    )
    return settings.HEADWATER


def uses(ran):
    return [(each["authority"], each["use"]) for each in ran.document["authorities"]]


@contextmanager
def broker(number: int, mutual_tls: MutualTls):
    """A registered broker, of which there is nothing but its TLS."""
    with TlsServer(mutual_tls.server_context()) as server:
        told = replace(registration(number), internal_host="127.0.0.1", internal_port=server.port)
        register_broker(told)
        yield server


def test_it_shows_what_each_broker_shows(run, deployment):
    (authority,) = deployment.authorities()
    with (
        broker(1, MutualTls(Holder(1), deployment.authorities)),
        broker(2, MutualTls(Holder(3), deployment.authorities)) as second,
    ):
        found = run("certificates", "--json").document
    assert found["internal_tls"] is True
    assert found["authorities"] == [
        {"authority": authority.name, "use": "issues", "issues_from": None}
    ]
    good, bad = found["brokers"]
    assert (good["authority"], good["problem"]) == (authority.name, None)
    assert good["ends_at"].endswith("Z")
    assert (bad["broker"], bad["address"]) == (2, f"127.0.0.1:{second.port}")
    assert bad["authority"] is None
    assert "mismatch" in bad["problem"].lower()


def test_without_apply_it_only_says_what_would_be(run):
    before = run("certificates", "--json").document
    would = run("certificates", "--rotate", "--json").document
    assert (would["applied"], would["added"]) == (False, None)
    assert "give --apply" in run("certificates", "--rotate").out
    assert run("certificates", "--retire", "--json").document["retired"] == []
    assert run("certificates", "--json").document == before


def test_rotate_then_retire(run, deployment):
    (first,) = deployment.authorities()
    sealing = read_ring(deployment.connector_keys_file, deployment.secrets.first_connector_key)
    with broker(1, MutualTls(Holder(1), deployment.authorities)):
        later = run("certificates", "--rotate", "--apply", "--json").document
        assert [each["use"] for each in later["authorities"]] == ["trusted", "issues"]
        assert later["authorities"][0]["authority"] == later["added"]
        assert run("certificates", "--retire", "--json").document["retired"] == []

        now = run("certificates", "--rotate", "--issues-after", "0", "--apply", "--json")
        second = now.document["added"]
        assert uses(now)[0] == (second, "issues")
        assert now.document["brokers"][0]["authority"] == second
        would = run("certificates", "--retire", "--json").document
        assert (would["applied"], would["retired"]) == (False, [later["added"], first.name])
        retired = run("certificates", "--retire", "--apply", "--json")
        assert retired.document["retired"] == [later["added"], first.name]
        assert uses(retired) == [(second, "issues")]
        assert retired.document["brokers"][0]["problem"] is None
    audit = run("audit", "--platform", "--action", "internal_authority.*", "--json").document
    assert {each["object"] for each in audit["entries"]} == {first.name, second, later["added"]}
    file = deployment.connector_keys_file
    assert read_ring(file, deployment.secrets.first_connector_key) == sealing
    assert file.stat().st_mode & 0o777 == 0o600


def test_an_authority_that_a_broker_still_shows_is_not_retired(run, deployment):
    before = deployment.authorities()
    with broker(1, MutualTls(Holder(1), lambda: before)):
        add_internal_authority(by="test", issues_after_s=0)
        refused = run("certificates", "--retire", "--apply", "--json")
        assert refused.document["error"]["code"] == "CONFLICT"
        assert (
            f"broker 1 still shows a certificate of {before[0].name}"
            in (refused.document["error"]["message"])
        )
    unreachable = run("certificates", "--retire", "--apply", "--json")
    assert "broker 1 cannot be asked" in unreachable.document["error"]["message"]
    assert len(deployment.authorities()) == 2


def test_where_it_cannot_be_it_says_why(run, settings):
    assert run("certificates", "--apply").exit_code == 2
    assert run("certificates", "--rotate", "--retire").exit_code == 2
    assert run("certificates", "--rotate", "--issues-after", "-1").exit_code == 2
    settings.HEADWATER = replace(settings.HEADWATER, connector_keys_file=None)
    refused = run("certificates", "--rotate", "--apply", "--json")
    assert refused.document["error"]["code"] == "INVALID"
    assert "HEADWATER_CONNECTOR_KEYS_FILE" in refused.document["error"]["message"]


def test_without_tls_it_says_so(run, settings):
    settings.HEADWATER = replace(settings.HEADWATER, internal_tls=False)
    found = run("certificates", "--json").document
    assert (found["internal_tls"], found["brokers"]) == (False, [])
    assert "up --internal-tls" in run("certificates").out
