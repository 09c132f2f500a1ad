"""``sealing``: what it says before and after, and what it does without ``--apply``."""

from dataclasses import replace

import pytest

from connect.services.create_connector import create_connector
from tenants.selectors.tenants import tenant_by_name
from tenants.services.alter_scram_users import ScramChange, alter_scram_users
from tests.connect.rest.catalogue_stand_in import with_file_plugins

VERIFIER = {"salt": "00", "iterations": 4096, "stored_key": "01" * 32, "server_key": "02" * 32}
CONFIG = {"connector.class": "FileStreamSource", "file": "ftp://me:geheim@host/f", "topic": "t"}


@pytest.fixture(autouse=True)
def connector(acme, settings, tmp_path, monkeypatch):
    """One with a secret and a SCRAM user, in a deployment whose file of keys is this test's."""
    settings.HEADWATER = replace(settings.HEADWATER, connector_keys_file=tmp_path / "keys.json")
    catalogue = with_file_plugins()
    monkeypatch.setattr("connect.catalogue.catalogue", lambda: catalogue)
    tenant_id = tenant_by_name(acme).id
    create_connector(tenant_id=tenant_id, by="ann", name="mine", config=CONFIG)
    wanted = [ScramChange("alice", {"scram_sha_256": VERIFIER})]
    assert alter_scram_users(tenant_id=tenant_id, by="ann", wanted=wanted) == [None]


def uses(ran):
    return [(each["use"], each["connectors"], each["scram_users"]) for each in ran.document["keys"]]


def test_without_apply_it_only_says_what_would_be(run):
    before = run("sealing", "--json").document
    assert [each["use"] for each in before["keys"]] == ["seals"]
    would = run("sealing", "--rotate", "--json").document
    assert (would["applied"], would["resealed"], would["resealed_scram_users"]) == (False, 1, 1)
    assert "give --apply" in run("sealing", "--rotate").out
    assert run("sealing", "--retire", "--json").document["retired"] == []
    assert run("sealing", "--json").document == before


def test_rotate_then_retire(run):
    (first,) = (each["key"] for each in run("sealing", "--json").document["keys"])
    rotated = run("sealing", "--rotate", "--apply", "--json")
    assert (rotated.document["applied"], rotated.document["resealed"]) == (True, 1)
    assert rotated.document["resealed_scram_users"] == 1
    assert uses(rotated) == [("seals", 1, 1), ("former", 0, 0)]
    assert first not in (rotated.document["seals"], rotated.document["keys"][0]["key"])
    assert run("sealing", "--retire", "--json").document["retired"] == [first]
    assert uses(run("sealing", "--json")) == [("seals", 1, 1), ("former", 0, 0)]
    retired = run("sealing", "--retire", "--apply", "--json")
    assert (retired.document["applied"], retired.document["retired"]) == (True, [first])
    assert uses(retired) == [("seals", 1, 1)]
    audit = run("audit", "--platform", "--action", "sealing_key.*", "--json").document
    assert {each["object"] for each in audit["entries"]} == {first, rotated.document["seals"]}


def test_it_says_what_was_done_and_what_to_do_next(run):
    told = run("sealing", "--rotate", "--apply").out
    assert "the secrets of 1 connectors and the verifiers of 1 SCRAM users were sealed" in told
    assert "`sealing --retire --apply`" in told
    assert "is forgotten" in run("sealing", "--retire", "--apply").out
    assert "there was no former key" in run("sealing", "--retire", "--apply").out


def test_where_it_cannot_be_it_says_why(run, settings):
    settings.HEADWATER = replace(settings.HEADWATER, connector_keys_file=None)
    refused = run("sealing", "--rotate", "--apply", "--json")
    assert refused.exit_code == 1
    assert refused.document["error"]["code"] == "INVALID"
    assert "HEADWATER_CONNECTOR_KEYS_FILE" in refused.document["error"]["message"]
    assert run("sealing", "--apply").exit_code == 2
    assert run("sealing", "--rotate", "--retire").exit_code == 2
