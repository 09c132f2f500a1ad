"""The audit log: one chain per tenant, which shows what was done to it."""

import csv
import hashlib
import json
from datetime import UTC, datetime

import psycopg
import pytest
from django.conf import settings
from django.db import DatabaseError, connection, transaction

from tenants import audit, audit_export, origin, scope
from tenants.models import PLATFORM, AuditChain, AuditEntry
from tenants.origin import Origin
from tenants.selectors import audit_log
from tenants.selectors.audit_log import (
    AuditFilter,
    all_entries_of,
    entries_of,
    first_flaw_of,
    verification_of,
)
from tenants.services.alter_tenant import alter_tenant
from tenants.services.create_service_account import create_service_account
from tenants.services.create_user import create_user
from tenants.services.issue_api_key import issue_api_key
from tenants.services.record_refusals import RefusedAct, record_refusals
from tenants.services.revoke_api_key import revoke_api_key


@pytest.fixture
def history(acme):
    create_service_account(tenant_id=acme.id, name="app", by="ada")
    key = issue_api_key(tenant_id=acme.id, service_account="app", by="ada")
    revoke_api_key(tenant_id=acme.id, key_id=key.key_id, by="bob")
    alter_tenant(tenant_id=acme.id, auto_create_topics=True, by="root")
    return acme


def test_every_verb_leaves_one_entry(history):
    entries = reversed(entries_of(history.id))
    assert [(entry.sequence, entry.by, entry.action) for entry in entries] == [
        (1, "test", "tenant.create"),
        (2, "ada", "service_account.create"),
        (3, "ada", "api_key.issue"),
        (4, "bob", "api_key.revoke"),
        (5, "root", "tenant.alter"),
    ]


def test_an_untouched_chain_is_whole(history):
    assert first_flaw_of(history.id) is None


def test_chains_of_tenants_and_of_the_platform_are_apart(history, rival):
    create_user(login="ada", password="correct horse battery", by="root")
    assert {entry.tenant_id for entry in entries_of(history.id)} == {history.id}
    assert [entry.action for entry in entries_of(rival.id)] == ["tenant.create"]
    with scope.system("test"):
        assert AuditEntry.objects.filter(tenant_id=PLATFORM).get().action == "user.create"
        assert audit.first_flaw() is None


@pytest.mark.parametrize(
    "verb", ["UPDATE tenants_auditentry SET by = 'eve'", "DELETE FROM tenants_auditentry"]
)
def test_entries_cannot_be_changed_or_deleted(history, verb):
    with scope.tenant(history.id):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            connection.cursor().execute(verb)
        assert AuditEntry.objects.count() == 5


@pytest.fixture
def superuser(stores):
    """A connection for which neither triggers nor row-level security are any wall."""
    password = settings.HEADWATER.secrets.database_superuser_password
    with psycopg.connect(stores.url("postgres", password), autocommit=True) as connected:
        yield connected


@pytest.mark.parametrize(
    ("statement", "flaw"),
    [
        ("UPDATE tenants_auditentry SET by = 'eve' WHERE sequence = 3", 3),
        ("UPDATE tenants_auditentry SET detail = '{}' WHERE sequence = 3", 3),
        ("UPDATE tenants_auditentry SET at = at + interval '1 second' WHERE sequence = 2", 2),
        ("UPDATE tenants_auditentry SET source = '10.0.0.9' WHERE sequence = 3", 3),
        ("UPDATE tenants_auditentry SET request_id = 'another' WHERE sequence = 1", 1),
        ("UPDATE tenants_auditentry SET outcome = 'refused' WHERE sequence = 4", 4),
        ("UPDATE tenants_auditentry SET version = 1 WHERE sequence = 5", 5),
        ("DELETE FROM tenants_auditentry WHERE sequence = 4", 4),
        ("DELETE FROM tenants_auditentry WHERE sequence = 5", 5),
        ("DELETE FROM tenants_auditentry WHERE sequence = 1", 1),
    ],
)
def test_the_chain_shows_what_got_past_the_trigger(
    transactional_db, history, superuser, statement, flaw
):
    superuser.execute("SET session_replication_role = replica")  # triggers look away
    superuser.execute(statement)
    assert first_flaw_of(history.id) == flaw


def test_entries_of_the_first_version_stay_true(acme):
    """Their digests, as the release before made them, know nothing of sources and outcomes."""
    with scope.tenant(acme.id):
        last = AuditEntry.objects.get()
        old = AuditEntry(
            tenant_id=acme.id, sequence=2, at=last.at, by="ada", action="topic.create",
            object="t", detail={"partitions": 3}, previous=last.digest, version=1,
        )  # fmt: skip
        content = [
            str(acme.id), 2, last.at.isoformat(), "ada", "topic.create", "t", {"partitions": 3},
            last.digest,
        ]  # fmt: skip
        text = json.dumps(content, sort_keys=True, separators=(",", ":"))
        old.digest = hashlib.sha256(text.encode()).hexdigest()
        old.save(force_insert=True)
        AuditChain.objects.filter(tenant_id=acme.id).update(length=2, head=old.digest)
    alter_tenant(tenant_id=acme.id, auto_create_topics=True, by="root")
    assert [entry.version for entry in entries_of(acme.id)] == [2, 1, 2]
    assert verification_of(acme.id) == audit_log.Verification(3, None)


def test_an_entry_tells_where_it_was_asked_from(acme):
    with origin.acting(Origin("192.0.2.7", "req-1")):
        create_service_account(tenant_id=acme.id, name="app", by="ada")
    create_service_account(tenant_id=acme.id, name="other", by="ada")
    other, app, _ = entries_of(acme.id)
    assert (app.source, app.request_id, app.outcome) == ("192.0.2.7", "req-1", "done")
    assert (other.source, other.request_id) == ("", "")


@pytest.mark.parametrize("said", ["a\0b", "a\ud800b"])
def test_no_word_of_a_client_keeps_what_was_refused_out_of_the_log(acme, said):
    at = datetime(2026, 7, 1, tzinfo=UTC)
    each = RefusedAct(said, "topic.write", said, 1, at, Origin(), {})
    record_refusals(tenant_id=acme.id, refused=[each])
    entry = entries_of(acme.id)[0]
    assert (entry.object[0], entry.object[-1], len(entry.object)) == ("a", "b", 3)
    assert first_flaw_of(acme.id) is None


def test_what_was_refused_is_in_the_log_with_its_count(acme):
    moment = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    act = RefusedAct(
        by="User:app", action="topic.write", object="t\0" + "x" * 400, count=7, at=moment,
        came_from=Origin("192.0.2.7", "1.2.3.4"), detail={"broker": 1},
    )  # fmt: skip
    record_refusals(tenant_id=acme.id, refused=[act])
    entry = entries_of(acme.id)[0]
    assert (entry.outcome, entry.detail) == ("refused", {"broker": 1, "count": 7})
    assert (entry.at, entry.source, entry.request_id) == (moment, "192.0.2.7", "1.2.3.4")
    assert len(entry.object) == 300
    assert first_flaw_of(acme.id) is None


def test_filters(history):
    def found(**wanted):
        return [each.sequence for each in entries_of(history.id, wanted=AuditFilter(**wanted))]

    assert found() == [5, 4, 3, 2, 1]
    assert found(by="ada") == [3, 2]
    assert found(action="api_key.*") == [4, 3]
    assert found(action="api_key.issue", by="ada") == [3]
    assert found(object="app") == [2]
    assert found(outcome="refused") == []
    third = entries_of(history.id)[2].at
    assert found(since=third) == [5, 4, 3]
    assert found(until=third) == [2, 1]


def test_an_export_reads_page_by_page_to_where_the_log_was(history, monkeypatch):
    monkeypatch.setattr(audit_log, "PAGE", 2)
    entries = all_entries_of(history.id)
    first = next(entries)
    alter_tenant(tenant_id=history.id, auto_create_topics=False, by="late")
    assert [first.sequence, *(each.sequence for each in entries)] == [1, 2, 3, 4, 5]
    wanted = AuditFilter(by="ada")
    assert [each.sequence for each in all_entries_of(history.id, wanted)] == [2, 3]


def test_an_export_is_enough_to_check_the_chain_and_harmless_in_a_spreadsheet(history):
    create_service_account(tenant_id=history.id, name="app2", by="=cmd()")
    *_, last = all_entries_of(history.id)
    told = json.loads(audit_export.json_line(last))
    moment = datetime.fromisoformat(told["at"])
    content = [
        str(history.id), told["sequence"], moment.isoformat(), told["by"], told["action"],
        told["object"], told["detail"], told["previous"], told["version"], told["source"],
        told["request_id"], told["outcome"],
    ]  # fmt: skip
    text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    assert hashlib.sha256(text.encode()).hexdigest() == told["digest"]
    (row,) = csv.DictReader([audit_export.csv_head(), audit_export.csv_line(last)])
    assert row["by"] == "'=cmd()"
    assert row["digest"] == told["digest"]
    assert list(told) == list(row)
