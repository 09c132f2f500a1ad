"""SCRAM users' verifiers when the sealing key is exchanged: steps, and what stands against them."""

from dataclasses import replace

import pytest
from django.conf import settings as django_settings

from brokers.adapters.verifier_keys import VerifierKeys
from brokers.metadata.image import MetadataImage
from brokers.node.authentication.scram import verifier_of
from brokers.selectors.changes import changes_after
from brokers.services.fence_broker import fence_broker
from brokers.services.heartbeat import heartbeat
from brokers.services.register_broker import register_broker
from connect.cli import rotating
from connect.cli.rotating import rotate
from connect.selectors.sealing import sealing
from connect.services import reseal_scram_users as resealing
from connect.services.retire_sealing_keys import retire_sealing_keys
from tenants import scope
from tenants.errors import Conflict
from tenants.models import PLATFORM, ScramUser
from tenants.sealed_verifiers import keys_of
from tenants.sealing import key_name
from tenants.selectors.audit_log import entries_of
from tenants.services.alter_scram_users import ScramChange, alter_scram_users
from tests.apps.brokers.registrations import registration

BY = "operator"
NAMES = ("alice", "bob", "carol")
VERIFIER = verifier_of("sha256", b"a salt of 18 bytes", 8192, b"s" * 32)
LONGER = verifier_of("sha512", b"a salt of 18 bytes", 4096, b"s" * 64)


class Crash(Exception):
    pass


@pytest.fixture(autouse=True)
def ring_file(settings, tmp_path):
    """The file of keys of this test's deployment."""
    path = tmp_path / "keys.json"
    settings.HEADWATER = replace(settings.HEADWATER, connector_keys_file=path)
    return path


@pytest.fixture
def users(acme):
    for name in NAMES:
        set_password(acme, name)


def set_password(tenant, name):
    both = {"scram_sha_256": VERIFIER.to_json(), "scram_sha_512": LONGER.to_json()}
    assert alter_scram_users(tenant_id=tenant.id, by="ann", wanted=[ScramChange(name, both)]) == [
        None
    ]


def rows():
    with scope.system("test"):
        return list(ScramUser.objects.order_by("service_account__name"))


def keys():
    """What each user's verifiers are under, by name."""
    return [keys_of(row.verifiers) for row in rows()]


def ring():
    return [key_name(key) for key in django_settings.HEADWATER.connector_keys()]


def all_open(image=None):
    """Whether a broker that reads the file now and has heard of all opens all."""
    found, image = VerifierKeys(), image or MetadataImage()
    found.refresh()
    for change in changes_after(image.number, 1000):
        image.apply(change)
    credentials = list(image.credentials.values())
    return bool(credentials) and all(
        (found.opened(each, "sha256"), found.opened(each, "sha512")) == (VERIFIER, LONGER)
        for each in credentials
    )


def test_every_user_is_sealed_anew_and_brokers_hear_of_it(acme, users):
    (first,) = ring()
    heard = MetadataImage()
    assert all_open(heard)
    done = rotate(by=BY)
    assert (done.resealed_users.count, done.resealed_users.broken) == (3, ())
    assert keys() == [{done.key}] * 3
    assert retire_sealing_keys(by=BY) == (first,)
    assert all_open(heard), "what the broker had before the key was retired"
    assert all_open()
    set_password(acme, "later")
    assert keys() == [{done.key}] * 4
    (entry,) = (each for each in entries_of(PLATFORM) if each.action == "sealing_key.reseal")
    assert (entry.object, entry.detail) == (done.key, {"scram_users": 3})


def test_a_crash_half_way_through_leaves_some_under_each_key(monkeypatch, users):
    (first,) = ring()
    monkeypatch.setattr(resealing, "BATCH", 1)
    seal_one, done = resealing.sealed_anew, []

    def seal_two(*arguments, **more):
        if len(done) == 2:
            raise Crash
        done.append(arguments)
        return seal_one(*arguments, **more)

    with monkeypatch.context() as patched:
        patched.setattr(resealing, "sealed_anew", seal_two)
        with pytest.raises(Crash):
            rotate(by=BY)
    newest = ring()[0]
    assert sorted(map(sorted, keys())) == sorted([[first], [newest], [newest]])
    assert all_open()
    assert [each.scram_users for each in sealing().keys] == [2, 1]
    assert sealing().is_rotating
    with pytest.raises(Conflict, match=first):
        retire_sealing_keys(by=BY)
    assert rotate(by=BY).resealed_users.count == 1
    assert keys() == [{newest}] * 3


def test_nothing_is_sealed_with_a_key_that_a_broker_lacks(monkeypatch, users):
    monkeypatch.setattr(rotating, "PROCESSES_SECONDS", 0.0)
    (first,) = ring()
    for number in (1, 2):
        register_broker(registration(number))
    assert heartbeat(2, 1, opens=[first]).alive
    with pytest.raises(Conflict, match="broker-1, broker-2 cannot open"):
        rotate(by=BY)
    assert keys() == [{first}] * 3
    heartbeat(2, 1, opens=ring())
    with pytest.raises(Conflict, match="broker-1 cannot open"):
        rotate(by=BY)
    fence_broker(1, 1, by="test")
    assert rotate(by=BY).resealed_users.count == 3


def test_what_does_not_open_is_named_and_left(acme, users):
    alice, bob, _ = rows()
    with scope.system("test"):
        ScramUser.objects.filter(pk=bob.pk).update(verifiers=alice.verifiers)
    done = rotate(by=BY)
    assert (done.resealed_users.count, done.resealed_users.broken) == (2, (("acme", "bob"),))
    with pytest.raises(Conflict, match="do not open"):
        retire_sealing_keys(by=BY)
    set_password(acme, "bob")
    assert len(retire_sealing_keys(by=BY)) == 1
    assert all_open()


def test_what_an_older_broker_wrote_in_clear_is_sealed(acme, users):
    clear = {"scram_sha_256": VERIFIER.to_json(), "scram_sha_512": LONGER.to_json()}
    with scope.system("test"):
        ScramUser.objects.filter(pk=rows()[0].pk).update(verifiers=clear)
    assert all_open()
    (lost,) = sealing().lost_users
    assert (lost.tenant, lost.user, lost.key) == ("acme", "alice", "")
    done = rotate(by=BY)
    assert keys() == [{done.key}] * 3
    assert all_open()


def test_users_under_a_key_that_is_gone_are_named(users, ring_file):
    (first,) = ring()
    rotate(by=BY)
    ring_file.unlink()
    assert ring() == [first]
    assert [each.user for each in sealing().lost_users] == list(NAMES)
