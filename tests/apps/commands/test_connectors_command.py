"""``connectors``: what it makes, waits for and says. A stand-in does a worker's part."""

import json

import pytest
from django.utils import timezone

from connect.cli import waiting
from connect.models import Connector, ConnectorTask
from connect.services.record_task_log import Said, record_task_log
from connect.states import State
from tenants import scope
from tests.connect.rest.catalogue_stand_in import with_file_plugins
from tests.connect.rest.worker_stand_in import StandIn

pytestmark = pytest.mark.usefixtures("acme", "worker")

SETTINGS = ("--set", "connector.class=FileStreamSource", "--set", "file=f", "--set", "topic=t")
CREATE = ("connectors", "--create", "--connector", "mine", *SETTINGS, "--json")


@pytest.fixture
def worker(monkeypatch):
    """It works whenever the command waits."""
    catalogue = with_file_plugins()
    monkeypatch.setattr("connect.catalogue.catalogue", lambda: catalogue)
    stand_in = StandIn()
    monkeypatch.setattr(waiting.time, "sleep", lambda _seconds: stand_in.work())
    return stand_in


def listed_by(run):
    return run("connectors", "--list", "--json").document["connectors"]


def test_create_waits_until_it_runs(run):
    made = run(*CREATE).document
    assert (made["connector"], made["state"], made["created"]) == ("mine", "RUNNING", True)
    assert [task["state"] for task in made["tasks"]] == ["RUNNING"]
    (listed,) = listed_by(run)
    assert listed["plugin"] == "FileStreamSource"
    described = run("connectors", "--describe", "--connector", "mine", "--json").document
    (told,) = described["connectors"]
    assert told["config"]["topic"] == "t"


def test_create_says_why_it_has_failed(run, monkeypatch):
    def fail(_seconds):
        with scope.system("a worker's part in a test"):
            connector = Connector.objects.get(name="mine")
            connector.state = State.RUNNING
            connector.configured_version = connector.config_version
            connector.save()
            ConnectorTask.objects.get_or_create(
                tenant_id=connector.tenant_id,
                connector=connector,
                number=0,
                state=State.FAILED,
                trace="Traceback (most recent call last):\nConnectError: no such file f",
            )

    monkeypatch.setattr(waiting.time, "sleep", fail)
    failed = run(*CREATE)
    assert (failed.exit_code, failed.document["error"]["code"]) == (1, "CONNECTOR_FAILED")
    assert "task 0 of connector mine has failed: ConnectError: no such file f" in failed.out
    assert len(listed_by(run)) == 1


def test_what_takes_too_long_says_that_there_is_no_worker(run, monkeypatch):
    monkeypatch.setattr(waiting.time, "sleep", lambda _seconds: None)
    monkeypatch.setattr(waiting.time, "monotonic", iter(range(1_000)).__next__)
    late = run(*CREATE, "--timeout", "3")
    assert (late.exit_code, late.document["error"]["code"]) == (1, "TIMED_OUT")
    assert "no worker runs connectors" in late.out


def test_a_config_comes_out_of_a_file_in_both_forms(run, tmp_path):
    config = {"connector.class": "FileStreamSource", "file": "f", "topic": "t", "batch.size": 5}
    for number, document in enumerate((config, {"name": "named", "config": config})):
        file = tmp_path / f"{number}.json"
        file.write_text(json.dumps(document))
        name = ("--connector", "plain") if number == 0 else ()
        made = run("connectors", "--create", "--config", str(file), *name, "--no-wait", "--json")
        assert made.exit_code == 0, made.out
    names = [each["connector"] for each in listed_by(run)]
    assert names == ["named", "plain"]


def test_alter_pause_and_stop(run):
    run(*CREATE)
    only = ("--connector", "mine", "--json")
    dry = run("connectors", "--alter", *only, "--set", "topic=u", "--dry-run").document
    assert (dry["changed"], dry["altered"]) == (["topic"], False)
    assert run("connectors", "--alter", *only, "--set", "topic=u").document["altered"]
    (told,) = run("connectors", "--describe", *only).document["connectors"]
    assert told["config"]["topic"] == "u"
    assert run("connectors", "--pause", *only).document["state"] == "PAUSED"
    assert run("connectors", "--resume", *only).document["state"] == "RUNNING"
    stopped = run("connectors", "--stop", *only).document
    assert (stopped["state"], stopped["tasks"]) == ("STOPPED", [])


def test_alter_waits_for_tasks_of_the_new_config(run, worker, monkeypatch):
    """Those of the former one say nothing of it, whether they run or have failed."""
    run(*CREATE)
    only = ("--connector", "mine", "--json")
    for state in (State.RUNNING, State.FAILED):
        with scope.system("a worker's part in a test"):
            ConnectorTask.objects.update(state=state, trace="ConnectError: of the former config")
        waits = []

        def work(_seconds, waits=waits):
            waits.append(1)
            worker.work()

        monkeypatch.setattr(waiting.time, "sleep", work)
        altered = run("connectors", "--alter", *only, "--set", f"topic={state.lower()}")
        assert altered.exit_code == 0, altered.out
        assert [task["state"] for task in altered.document["tasks"]] == ["RUNNING"]
        assert waits


def test_restart_starts_what_it_is_told_to(run):
    run(*CREATE)
    only = ("connectors", "--restart", "--connector", "mine", "--json")
    for words, restarted in (
        ((), [False]),
        (("--include-tasks",), [True]),
        (("--include-tasks", "--only-failed"), [False]),
        (("--task", "0"), [True]),
    ):
        before = revisions()
        assert run(*only, *words).document["state"] == "RUNNING"
        assert [after > was for after, was in zip(revisions(), before, strict=True)] == restarted
    with scope.system("a worker's part in a test"):
        ConnectorTask.objects.update(state=State.FAILED)
    before = revisions()
    ran = run(*only, "--include-tasks", "--only-failed", "--no-wait")
    assert [task["state"] for task in ran.document["tasks"]] == ["RESTARTING"]
    assert revisions() > before
    absent = run(*only, "--task", "7")
    assert (absent.exit_code, absent.document["error"]["code"]) == (1, "NOT_FOUND")


def revisions():
    with scope.system("a worker's part in a test"):
        return list(ConnectorTask.objects.order_by("number").values_list("revision", flat=True))


def test_a_task_s_log_is_told(run):
    run(*CREATE)
    with scope.system("a worker's part in a test"):
        task = ConnectorTask.objects.get()
    for message in ("began", "the target is to be asked again in 0.3 s"):
        said = Said(task.id, task.generation, timezone.now(), "WARNING", message)
        record_task_log([said])
    only = ("connectors", "--log", "--connector", "mine", "--task", "0", "--json")
    told = [line["message"] for line in run(*only).document["lines"]]
    assert told == ["began", "the target is to be asked again in 0.3 s"]
    (last,) = run(*only, "--lines", "1").document["lines"]
    assert (last["message"], last["level"]) == (told[1], "WARNING")
    gone = run("connectors", "--log", "--connector", "nobody", "--task", "0", "--json")
    assert (gone.exit_code, gone.document["error"]["code"]) == (1, "NOT_FOUND")


def test_nothing_is_deleted_unasked(run):
    run(*CREATE)
    only = ("connectors", "--delete", "--connector", "mine", "--json")
    assert run(*only).exit_code == 2
    dry = run(*only, "--dry-run").document
    assert (dry["deleted"], dry["tasks"], dry["topics"]) == (False, 1, ["t"])
    assert len(listed_by(run)) == 1
    assert run(*only, "--yes").document["deleted"]
    gone = run(*only, "--yes")
    assert (gone.exit_code, gone.document["error"]["code"]) == (1, "NOT_FOUND")


def test_validate_tells_every_fault_and_keeps_nothing(run):
    told = run(
        "connectors", "--validate", "--set", "connector.class=FileStreamSource", "--set",
        "tasks.max=0", "--set", "tpoic=t", "--json",
    ).document  # fmt: skip
    assert not told["valid"]
    assert {each["key"] for each in told["errors"]} == {"topic", "tasks.max", "tpoic"}
    assert listed_by(run) == []


@pytest.mark.parametrize(
    "arguments",
    [
        ["--pause"],
        ["--create", "--connector", "x"],
        ["--list", "--yes"],
        ["--log", "--connector", "x"],
        ["--offsets", "--connector", "x", "--reset", "--set-offsets", "f"],
        ["--restart", "--connector", "x", "--task", "0", "--include-tasks"],
        ["--create", "--config", "/nowhere/at/all.json"],
    ],
)
def test_a_wrong_command_line_tries_nothing(run, arguments):
    assert run("connectors", *arguments, "--json").exit_code == 2


def test_plugins_and_their_keys(run):
    plugins = run("connectors", "--plugins", "--json").document["plugins"]
    assert {"FileStreamSource", "json"} <= {each["plugin"] for each in plugins}
    keys = run("connectors", "--plugins", "--plugin", "FileStreamSource", "--json").document["keys"]
    assert {"topic", "tasks.max"} <= {key["name"] for key in keys}
    assert run("connectors", "--plugins", "--plugin", "Nope", "--json").exit_code == 1
