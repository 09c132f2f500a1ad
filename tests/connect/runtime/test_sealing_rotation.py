"""The sealing key exchanged beside connectors that run: each step, and a crash before each."""

import uuid
from dataclasses import replace
from datetime import timedelta

import psycopg
import pytest
from django.conf import settings as django_settings
from django.db import OperationalError, connection
from django.utils import timezone

from connect.cli import rotating
from connect.cli.rotating import rotate
from connect.models import Connector, ConnectWorker
from connect.selectors.sealing import Use, sealing
from connect.services import reseal_connectors as resealing
from connect.services import retire_sealing_keys as retiring
from connect.services.add_sealing_key import add_sealing_key
from connect.services.beat import beat
from connect.services.claim_configuration import claim_configuration
from connect.services.connector_rows import kept_secrets, opened_secrets
from connect.services.create_connector import create_connector
from connect.services.patch_config import patch_config
from connect.services.reseal_connectors import reseal_connectors
from connect.services.retire_sealing_keys import retire_sealing_keys
from connect.services.use_newest_sealing_key import use_newest_sealing_key
from streaming.cell import connector_keys
from tenants import scope
from tenants.errors import Conflict, Invalid, Unavailable
from tenants.models import PLATFORM, SealingState
from tenants.sealing import SealBroken, key_name, key_of
from tenants.selectors.audit_log import entries_of

BY = "operator"
PIN = {"pin": "1234"}
NAMES = ("eins", "zwei", "drei")


class Crash(Exception):
    pass


def crash(*_arguments, **_more):
    raise Crash


@pytest.fixture
def ring_file(settings, tmp_path):
    """The file of keys of this test's deployment."""
    path = tmp_path / "keys.json"
    settings.HEADWATER = replace(settings.HEADWATER, connector_keys_file=path)
    return path


@pytest.fixture
def make(acme, ring_file):
    def create(name):
        config = {"connector.class": "ticks", "topic": "orders", **PIN}
        return create_connector(tenant_id=acme.id, by="ann", name=name, config=config)

    return create


@pytest.fixture
def connectors(make):
    return [make(name) for name in NAMES]


def rows():
    with scope.system("test"):
        return list(Connector.objects.order_by("name"))


def boxes():
    """How many are sealed with each key, by name."""
    return [key_of(row.secrets) for row in rows()]


def ring():
    return [key_name(key) for key in django_settings.HEADWATER.connector_keys()]


def all_open():
    return [opened_secrets(row) for row in rows()]


def steps():
    """What the platform's audit log says, oldest first."""
    entries = reversed(entries_of(PLATFORM))
    return [each.action for each in entries if each.action.startswith("sealing_key.")]


def add_worker(name="connect-1", opens=()):
    # So that it lives however slow this machine is.
    now = timezone.now() + timedelta(hours=1)
    return ConnectWorker.objects.create(
        name=name,
        incarnation=uuid.uuid4(),
        host="h",
        slots=1,
        beat_at=now,
        started_at=now,
        opens=list(opens),
    )


def test_everything_is_sealed_anew_and_stays_what_it_was(acme, connectors, make):
    (first,) = ring()
    versions = [(row.config_version, row.updated_at) for row in rows()]
    done = rotate(by=BY)
    assert (done.added, done.resealed.count, done.resealed.broken) == (True, 3, ())
    assert ring() == [done.key, first]
    assert boxes() == [done.key] * 3
    assert all_open() == [PIN] * 3
    assert [(row.config_version, row.updated_at) for row in rows()] == versions
    make("later")
    assert boxes() == [done.key] * 4

    assert retire_sealing_keys(by=BY) == (first,)
    assert ring() == [done.key]
    assert all_open() == [PIN] * 4
    patch_config(tenant_id=acme.id, by="ann", name="eins", changes={"topic": "other"})
    assert all_open() == [PIN] * 4
    assert retire_sealing_keys(by=BY) == ()
    assert steps() == [f"sealing_key.{step}" for step in ("add", "use", "reseal", "retire")]
    (entry, *_) = (each for each in entries_of(PLATFORM) if each.action == "sealing_key.use")
    assert (entry.by, entry.object, entry.detail) == (BY, done.key, {"former": first})


def test_a_second_rotation_leaves_the_key_of_the_first_behind(connectors):
    (first,) = ring()
    one, other = rotate(by=BY), rotate(by=BY)
    assert ring() == [other.key, one.key, first]
    assert [each.use for each in sealing().keys] == [Use.SEALS, Use.FORMER, Use.FORMER]
    assert retire_sealing_keys(by=BY) == (one.key, first)
    assert all_open() == [PIN] * 3


@pytest.mark.parametrize(
    ("place", "left"),
    [
        pytest.param("streaming.cell.secret_file.os.fsync", [3], id="writing the file"),
        pytest.param("connect.cli.rotating._wait_for_processes", [0, 3], id="a key more"),
        pytest.param("connect.cli.rotating.use_newest_sealing_key", [0, 3], id="waited"),
        pytest.param("connect.cli.rotating.reseal_connectors", [0, 3], id="another key seals"),
        pytest.param("connect.services.reseal_connectors.sealed_anew", [0, 3], id="sealing"),
    ],
)
def test_after_a_crash_all_open_and_the_next_run_goes_on(
    monkeypatch, connectors, make, place, left
):
    with monkeypatch.context() as patched:
        patched.setattr(place, crash)
        with pytest.raises(Crash):
            rotate(by=BY)
    assert all_open() == [PIN] * 3
    found = sealing()
    assert [each.connectors for each in found.keys] == left
    make("between")
    assert all_open() == [PIN] * 4

    done = rotate(by=BY)
    assert done.added == (left == [3]), "a key that is there already is used"
    assert boxes() == [done.key] * 4
    assert len(ring()) == 2
    assert all_open() == [PIN] * 4


def test_a_crash_half_way_through_leaves_some_under_each_key(monkeypatch, connectors):
    (first,) = ring()
    monkeypatch.setattr(resealing, "BATCH", 1)
    seal_one, done = resealing.sealed_anew, []

    def seal_two(*arguments):
        if len(done) == 2:
            raise Crash
        done.append(arguments)
        return seal_one(*arguments)

    with monkeypatch.context() as patched:
        patched.setattr(resealing, "sealed_anew", seal_two)
        with pytest.raises(Crash):
            rotate(by=BY)
    newest = ring()[0]
    assert sorted(boxes()) == sorted([first, newest, newest])
    assert all_open() == [PIN] * 3
    with pytest.raises(Conflict, match=first):
        retire_sealing_keys(by=BY)
    assert rotate(by=BY).resealed.count == 1
    assert boxes() == [newest] * 3


def test_a_crash_while_the_former_is_retired_leaves_it(monkeypatch, connectors):
    rotate(by=BY)
    before = ring()
    with monkeypatch.context() as patched:
        patched.setattr(retiring, "replace_ring", crash)
        with pytest.raises(Crash):
            retire_sealing_keys(by=BY)
    assert ring() == before
    assert all_open() == [PIN] * 3
    assert retire_sealing_keys(by=BY) == (before[1],)


def test_nothing_is_sealed_with_a_key_that_a_worker_lacks(monkeypatch, connectors):
    """One that runs the former release tells of no key, and one may read another file."""
    monkeypatch.setattr(rotating, "PROCESSES_SECONDS", 0.0)
    (first,) = ring()
    old = add_worker("connect-1")
    other = add_worker("connect-2", [first])
    with pytest.raises(Conflict, match="connect-1, connect-2 cannot open"):
        rotate(by=BY)
    assert boxes() == [first] * 3
    with pytest.raises(Conflict, match="under way"):
        retire_sealing_keys(by=BY)

    beat(other.name, other.incarnation, ring())
    with pytest.raises(Conflict, match="connect-1 cannot open"):
        rotate(by=BY)
    ConnectWorker.objects.filter(name=old.name).update(stopped=True)
    assert rotate(by=BY).resealed.count == 3


def test_it_waits_for_workers_to_have_read_the_file(monkeypatch, connectors):
    worker = add_worker(opens=ring())
    looks = []

    def pass_time(_seconds):
        looks.append(boxes())
        if len(looks) == 3:
            beat(worker.name, worker.incarnation, ring())

    monkeypatch.setattr(rotating.time, "sleep", pass_time)
    monkeypatch.setattr(rotating, "PROCESSES_SECONDS", 3600.0)
    (first,) = ring()
    assert rotate(by=BY).resealed.count == 3
    assert looks == [[first] * 3] * 3


def test_a_process_that_reads_another_file_seals_nothing(connectors, make, settings, tmp_path):
    shared = settings.HEADWATER
    add_sealing_key(by=BY)
    (tmp_path / "stale.json").write_bytes(shared.connector_keys_file.read_bytes())
    connector_keys.write_ring(tmp_path / "stale.json", shared.connector_keys()[1:])
    use_newest_sealing_key(by=BY)
    settings.HEADWATER = replace(shared, connector_keys_file=tmp_path / "stale.json")
    with pytest.raises(Unavailable, match="which this process does not find in"):
        make("refused")
    with pytest.raises(Unavailable, match="not find"):
        reseal_connectors(by=BY)
    with pytest.raises(Unavailable, match="not in the file"):
        retire_sealing_keys(by=BY)
    assert all_open() == [PIN] * 3
    settings.HEADWATER = shared
    reseal_connectors(by=BY)
    settings.HEADWATER = replace(shared, connector_keys_file=tmp_path / "stale.json")
    (lost, *_) = sealing().lost
    assert (lost.tenant, lost.connector) == ("acme", "drei")
    with pytest.raises(SealBroken, match="does not have"):
        all_open()


def test_a_row_that_was_read_before_opens_after_the_former_key_has_gone(connectors):
    read_before = rows()
    rotate(by=BY)
    retire_sealing_keys(by=BY)
    assert [opened_secrets(row) for row in read_before] == [PIN] * 3


def test_what_does_not_open_is_named_and_left(acme, connectors):
    with scope.system("test"):
        Connector.objects.filter(name="zwei").update(secrets=connectors[0].secrets)
    done = rotate(by=BY)
    assert (done.resealed.count, done.resealed.broken) == (2, (("acme", "zwei"),))
    with pytest.raises(Conflict, match="do not open"):
        retire_sealing_keys(by=BY)
    patch_config(tenant_id=acme.id, by="ann", name="zwei", changes=PIN)
    assert len(retire_sealing_keys(by=BY)) == 1
    assert all_open() == [PIN] * 3


def test_a_worker_is_told_the_secrets_whatever_key_they_are_under(connectors):
    rotate(by=BY)
    retire_sealing_keys(by=BY)
    row = rows()[0]
    claimed = claim_configuration(
        connector_id=row.id, generation=row.generation, worker="w", incarnation=uuid.uuid4()
    )
    assert claimed.config["pin"] == "1234"


def test_an_environment_has_no_keys_that_could_be_changed(acme, settings):
    settings.HEADWATER = replace(settings.HEADWATER, connector_keys_file=None)
    with pytest.raises(Invalid, match="HEADWATER_CONNECTOR_KEYS_FILE"):
        rotate(by=BY)


@pytest.mark.django_db(transaction=True)
def test_no_key_changes_while_somebody_is_sealing(connectors):
    """Else a box of the former key could be committed after the last look for one."""
    add_sealing_key(by=BY)
    of = connection.settings_dict
    url = f"postgresql://{of['USER']}:{of['PASSWORD']}@{of['HOST']}:{of['PORT']}/{of['NAME']}"
    with psycopg.connect(url) as sealer:
        sealer.execute("SELECT key FROM tenants_sealingstate WHERE id = 1 FOR SHARE")
        with pytest.raises(OperationalError, match="lock timeout"):
            use_newest_sealing_key(by=BY)
        with pytest.raises(OperationalError, match="lock timeout"):
            retire_sealing_keys(by=BY)
        assert SealingState.objects.get(id=1).key == ""
    assert use_newest_sealing_key(by=BY)
    assert kept_secrets(rows()[0]) == PIN
