"""What processes are told, where it is more than a copy of rows."""

import os
import pwd
import uuid
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from confluent_kafka import Consumer
from django.conf import settings

from connect.services.begin_task import BegunTask
from connect.states import Kind
from connect.worker.documents import (
    ALLOWED,
    FILES,
    PORTS,
    egress,
    files_environment,
    task_assignment,
)
from streaming.cell import tls
from streaming.cell.account import Account

BEGUN = BegunTask(
    task_id=uuid.UUID(int=1), tenant_id=uuid.UUID(int=2), cluster_id="lkc-1", connector="clock",
    account="connect-clock",
    kind=Kind.SOURCE, plugin="ticks", number=0, generation=1, revision=1, config={}, task_config={},
    paused=False, key_id="key", key_secret="secret", restarts=0,
)  # fmt: skip


def test_a_task_is_told_the_authority_itself_for_it_cannot_read_the_data_folder(tmp_path):
    instance = replace(settings.HEADWATER, tls=True, data_dir=tmp_path)
    tls.ensure(tmp_path / "tls", "localhost", datetime.now(UTC))
    kafka = task_assignment(BEGUN, instance)["kafka"]
    assert kafka["ssl.ca.pem"] == instance.tls_files.authority.read_text()
    assert str(tmp_path) not in str(kafka)
    Consumer({**kafka, "group.id": "none"}).close()
    with pytest.raises(Exception, match=r"ssl\.ca\.pem"):
        Consumer({**kafka, "ssl.ca.pem": "no certificate", "group.id": "none"})


def test_a_tenants_folder_is_made_once_and_its_own(monkeypatch, tmp_path):
    monkeypatch.setenv(FILES, str(tmp_path))
    first = files_environment("lkc-1", None)
    assert files_environment("lkc-1", None) == first == {FILES: str(tmp_path / "lkc-1")}
    assert (tmp_path / "lkc-1").stat().st_mode & 0o777 == 0o700
    monkeypatch.delenv(FILES)
    assert files_environment("lkc-1", None) == {}


@pytest.mark.skipif(os.geteuid() != 0, reason="needs: root")
def test_it_belongs_to_the_account_that_tasks_run_as(monkeypatch, tmp_path):
    monkeypatch.setenv(FILES, str(tmp_path))
    nobody = pwd.getpwnam("nobody")
    files_environment("lkc-1", None)
    files_environment("lkc-1", Account(nobody.pw_name, nobody.pw_uid, nobody.pw_gid))
    assert (tmp_path / "lkc-1").stat().st_uid == nobody.pw_uid


def test_the_operators_words_on_where_to_connect_are_passed_on(monkeypatch):
    monkeypatch.setenv(ALLOWED, "10.1.0.0/16, *.db.internal,")
    monkeypatch.setenv(PORTS, "443,9200-9300")
    told = egress(settings.HEADWATER)
    assert (told["allow"], told["ports"]) == (
        ["10.1.0.0/16", "*.db.internal"],
        ["443", "9200-9300"],
    )
    monkeypatch.delenv(PORTS)
    assert egress(settings.HEADWATER)["ports"] == []
