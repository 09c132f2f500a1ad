"""Runs a command as its command line would."""

import json
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import pytest
from django.core.management import get_commands

from brokers.services.register_broker import register_broker
from tests.apps.brokers.registrations import registration


@dataclass(frozen=True, slots=True)
class Ran:
    """What came of one command line."""

    exit_code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        return json.loads(self.out)


@pytest.fixture
def run(run_beside, db):
    """``run("topics", "--list")``: exit code, stdout and stderr of a command, in a transaction that
    is rolled back."""
    return run_beside


@pytest.fixture
def run_beside(capsys, monkeypatch):
    """``run`` where rows are committed already, as beside the module's ``edge``."""
    # A command's process ends with it; here the connection has to outlive the command.
    monkeypatch.setattr("django.core.management.base.connections.close_all", lambda: None)

    def run_command(name, *arguments):
        capsys.readouterr()
        # Not load_command_class: commands bind sys.stdout when they are made, and so must we.
        module = import_module(f"{get_commands()[name]}.management.commands.{name}")
        try:
            module.Command().run_from_argv(["manage.py", name, *arguments])
            exit_code = 0
        except SystemExit as ended:
            exit_code = ended.code
        captured = capsys.readouterr()
        return Ran(exit_code, captured.out, captured.err)

    return run_command


@pytest.fixture
def acme(run):
    """A tenant's name."""
    return run("tenants", "--create", "--tenant", "acme", "--json").document["tenant"]


@pytest.fixture
def two_brokers(db):
    """Brokers 1 and 2, registered and alive, each on a volume of its own."""
    for number in (1, 2):
        register_broker(registration(number))
