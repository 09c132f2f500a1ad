"""The demo's tenant: made once, mended when a part of it is gone, secrets in one file only."""

import stat
from dataclasses import replace

import pytest
from django.conf import settings
from django.contrib.auth import authenticate

from brokers.kernel.errors import ErrorCode, Refusal
from brokers.selectors.topics import topics_of
from streaming.demo.access import demo_file, read_access
from streaming.demo.tenant import ensure_demo
from tenants.selectors.api_keys import api_keys_of, authenticate_api_key
from tenants.selectors.tenants import members_of, tenant_by_name
from tenants.services.revoke_api_key import revoke_api_key

pytestmark = pytest.mark.django_db


@pytest.fixture
def instance(tmp_path):
    return replace(settings.HEADWATER, data_dir=tmp_path)


def test_the_demo_can_be_used_as_it_is_told(instance, two_brokers):
    access = ensure_demo(instance)

    key = authenticate_api_key(access.api_key, access.api_secret)
    assert (key.tenant_name, key.cluster_id, key.administrator) == ("demo", access.cluster_id, True)
    assert authenticate(username=access.login, password=access.password) is not None
    tenant = tenant_by_name(access.tenant)
    assert [member.user.login for member in members_of(tenant.id)] == [access.login]
    topic = topics_of(tenant.id)[0]
    assert (topic.name, topic.partition_count) == (access.topic, 6)
    assert int(topic.configs["retention.bytes"]) * 6 <= 256 * 1024 * 1024


def test_its_secrets_are_the_owners_to_read(instance, two_brokers):
    access = ensure_demo(instance)
    assert stat.S_IMODE(demo_file(instance).stat().st_mode) == 0o600
    assert read_access(instance) == access


def test_repeating_it_changes_nothing(instance, two_brokers):
    first = ensure_demo(instance)
    assert ensure_demo(instance) == first
    assert len(api_keys_of(tenant_by_name("demo").id)) == 1


def test_a_lost_file_or_a_revoked_key_gives_new_access(instance, two_brokers):
    first = ensure_demo(instance)
    demo_file(instance).unlink()
    second = ensure_demo(instance)
    assert second.api_key != first.api_key
    assert authenticate(username=second.login, password=second.password) is not None

    tenant = tenant_by_name("demo")
    revoke_api_key(tenant_id=tenant.id, key_id=second.api_key, by="test")
    third = ensure_demo(instance)
    assert authenticate_api_key(third.api_key, third.api_secret) is not None


def test_without_a_broker_it_says_that_it_has_to_wait(instance):
    with pytest.raises(Refusal) as refused:
        ensure_demo(instance)
    assert refused.value.code is ErrorCode.INVALID_REPLICATION_FACTOR
