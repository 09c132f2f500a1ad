"""Exit codes and failures, the same for every command."""

import io
import json

import pytest
from django.core.management.base import OutputWrapper
from django.db import OperationalError

from tenants.cli.answer import Answer
from tenants.cli.command import HeadwaterCommand
from tenants.cli.failures import CommandFailure
from tenants.errors import Conflict


class Sample(HeadwaterCommand):
    """Answers, or raises what the test wants."""

    def __init__(self, outcome):
        super().__init__(stdout=io.StringIO(), stderr=io.StringIO())
        self.stdout = OutputWrapper(io.StringIO())
        self.outcome = outcome

    def add_options(self, parser):
        parser.add_argument("--count", type=int)

    def answer(self, options):
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome

    def run(self, *arguments):
        """Exit code, stdout, stderr."""
        try:
            self.run_from_argv(["manage.py", "sample", *arguments])
        except SystemExit as ended:
            code = ended.code
        else:
            code = 0
        return code, self.stdout.getvalue(), self.stderr.getvalue()


def test_what_worked_ends_with_0_and_says_so_on_stdout():
    assert Sample(Answer({"n": 1}, ("one",))).run() == (0, "one\n", "")
    assert Sample(Answer({"n": 1}, ("one",))).run("--json") == (0, '{"n": 1}\n', "")


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (CommandFailure("NO_DEMO", "there is none"), "NO_DEMO"),
        (Conflict("there is none"), "CONFLICT"),
        (OperationalError("there is none\n of it"), "METADATA_UNAVAILABLE"),
    ],
)
def test_what_was_refused_ends_with_1_and_a_sentence(error, code):
    exit_code, out, err = Sample(error).run()
    assert (exit_code, out) == (1, "")
    assert err.startswith("sample: ")
    assert "there is none" in err

    exit_code, out, err = Sample(error).run("--json")
    assert (exit_code, err) == (1, "")
    told = json.loads(out)["error"]
    assert told["code"] == code
    assert "there is none" in told["message"]


@pytest.mark.parametrize("arguments", [["--no-such-thing"], ["--count", "many"], ["stray"]])
def test_a_wrong_command_line_ends_with_2_and_nothing_is_tried(arguments):
    never = Sample(AssertionError("this was tried"))
    exit_code, out, err = never.run(*arguments)
    assert (exit_code, out) == (2, "")
    assert "--help" in err

    exit_code, out, _ = Sample(AssertionError("this was tried")).run(*arguments, "--json")
    assert exit_code == 2
    assert json.loads(out)["error"]["code"] == "USAGE"


def test_two_data_folders_cannot_both_be_meant(tmp_path):
    exit_code, _, err = Sample(Answer({})).run("--data-dir", str(tmp_path))
    assert exit_code == 2
    assert str(tmp_path) in err


def test_a_mistake_of_ours_keeps_its_traceback():
    with pytest.raises(ZeroDivisionError):
        Sample(ZeroDivisionError()).run()


def test_ctrl_c_ends_with_the_shells_code():
    class Interrupted(Sample):
        def answer(self, options):
            raise KeyboardInterrupt

    assert Interrupted(None).run()[0] == 130
