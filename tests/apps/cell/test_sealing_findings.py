"""What the doctor says of the keys that secrets and SCRAM users' verifiers are sealed with."""

from dataclasses import replace

import pytest
from django.conf import settings as django_settings

from brokers.services.heartbeat import heartbeat
from brokers.services.register_broker import register_broker
from streaming.cell.connector_keys import new_key, write_ring
from streaming.cell.sealing_findings import keys_and_boxes, read_rows
from tenants import scope
from tenants.models import ScramUser
from tenants.sealing import key_name
from tenants.services.alter_scram_users import ScramChange, alter_scram_users
from tenants.services.create_tenant import create_tenant
from tests.apps.brokers.registrations import registration

VERIFIER = {"salt": "00", "iterations": 4096, "stored_key": "01" * 32, "server_key": "02" * 32}


def examined():
    instance = django_settings.HEADWATER
    return list(keys_and_boxes(instance, read_rows(instance.database_url)))


@pytest.fixture
def user(transactional_db):
    tenant = create_tenant(name="acme", by="test")
    wanted = [ScramChange("alice", {"scram_sha_256": VERIFIER})]
    assert alter_scram_users(tenant_id=tenant.id, by="test", wanted=wanted) == [None]


def test_all_that_is_sealed_opens(user):
    register_broker(registration(1))
    heartbeat(1, 1, opens=[key_name(key) for key in django_settings.HEADWATER.connector_keys()])
    assert [each.good for each in examined()] == [True, True]


def test_a_key_that_is_missing_and_a_broker_that_lacks_it(user, settings, tmp_path):
    (key,) = settings.HEADWATER.connector_keys()
    register_broker(registration(1))
    other = tmp_path / "keys.json"
    write_ring(other, (new_key(),))
    settings.HEADWATER = replace(settings.HEADWATER, connector_keys_file=other)
    keys, logins = examined()
    assert (keys.good, logins.good) == (False, False)
    assert f"{key_name(key)} not in {other}: 1 SCRAM users cannot log in" in keys.found
    assert "broker-1 lacks keys" in logins.found


def test_a_file_that_cannot_be_read(settings, tmp_path):
    broken = tmp_path / "keys.json"
    broken.write_text("{")
    instance = replace(settings.HEADWATER, connector_keys_file=broken)
    (found,) = keys_and_boxes(instance, None)
    assert (found.good, str(broken) in found.mend) == (False, True)


def test_what_is_in_clear_is_told(user):
    with scope.system("test"):
        ScramUser.objects.update(verifiers={"scram_sha_256": VERIFIER})
    keys, _ = examined()
    assert (keys.good, "1 SCRAM users are in clear" in keys.found) == (False, True)
