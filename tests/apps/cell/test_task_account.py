"""Whom connectors' tasks run as: an account that there is, that may less, and that can."""

import os
import pwd
from contextlib import ExitStack

import pytest

from streaming.cell import task_account as subject
from streaming.cell import up
from streaming.cell.connect_findings import tasks_account
from streaming.cell.failure import ConfigurationError
from streaming.cell.plan import Options
from streaming.cell.progress import Progress
from streaming.cell.task_account import SETTING, task_account

NOBODY = pwd.getpwnam("nobody")


@pytest.fixture
def as_root(monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(subject, "reachable", lambda _path: True)


@pytest.mark.parametrize("environment", [{}, {SETTING: ""}, {SETTING: "  "}])
def test_without_the_setting_tasks_run_as_the_service(environment):
    assert task_account(environment) is None
    assert "as the service does" in tasks_account(environment).found


@pytest.mark.parametrize("name", ["nobody", str(NOBODY.pw_uid)])
def test_an_account_by_its_name_or_number(as_root, name):
    found = task_account({SETTING: name})
    assert (found.uid, found.gid) == (NOBODY.pw_uid, NOBODY.pw_gid)
    assert tasks_account({SETTING: name}).found == "run as nobody"


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("no-such-account", "no such account"),
        ("4294967294", "no such account"),
        ("99999999999999999999", "no such account"),
        ("root", "is root"),
        ("0", "is root"),
    ],
)
def test_accounts_that_will_not_do(as_root, name, why):
    with pytest.raises(ConfigurationError, match=f"^{SETTING} .*{why}"):
        task_account({SETTING: name})


def test_who_is_not_root_cannot(monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(ConfigurationError, match="only root may start"):
        task_account({SETTING: "nobody"})


def test_python_and_the_checkout_must_be_where_the_account_may_enter(monkeypatch, as_root):
    monkeypatch.setattr(subject, "reachable", lambda path: path != subject.CHECKOUT)
    with pytest.raises(ConfigurationError, match=f"may not enter {subject.CHECKOUT}"):
        task_account({SETTING: "nobody"})
    found = tasks_account({SETTING: "nobody"})
    assert not found.good
    assert "may not enter" in found.mend


def test_the_service_does_not_start_with_one_that_will_not_do(monkeypatch, tmp_path):
    monkeypatch.setenv(SETTING, "no-such-account")
    with pytest.raises(ConfigurationError, match="no such account"):
        up._start(tmp_path / "data", Options(tmp_path / "data"), Progress(), ExitStack())
    assert not (tmp_path / "data" / "secrets.json").exists()
