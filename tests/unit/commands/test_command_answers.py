"""What commands print, for people, for pipes and for scripts."""

import io
import json

import pytest

from tenants.cli.answer import Answer, Table, write_answer
from tenants.cli.durations import parse_duration

LONG = "a-topic-with-a-name-of-" + "x" * 226
ANSWER = Answer(
    {"topics": [{"topic": LONG}]},
    (Table(("TOPIC", "KEY", "ISR", "OPEN"), ((LONG, None, (1, 2), True),)), "1 topic"),
)


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_a_pipe_gets_tabs_and_whole_names():
    out = io.StringIO()
    write_answer(ANSWER, out, as_json=False)
    assert out.getvalue().splitlines() == [
        "TOPIC\tKEY\tISR\tOPEN",
        f"{LONG}\t-\t1,2\tyes",
        "1 topic",
    ]


def test_json_is_one_document_on_one_line():
    out = io.StringIO()
    write_answer(ANSWER, out, as_json=True)
    assert json.loads(out.getvalue()) == ANSWER.document
    assert out.getvalue().count("\n") == 1


def test_a_name_cannot_steer_the_terminal_nor_be_markup():
    out = Terminal()
    write_answer(Answer({}, (Table(("NAME",), (("\x1b[31m[bold]x\n",),)),)), out, as_json=False)
    assert "\\x1b[31m[bold]x\\n" in out.getvalue()
    assert "\x1b[31m" not in out.getvalue()


@pytest.mark.parametrize(
    ("text", "milliseconds"),
    [("500ms", 500), ("90s", 90_000), ("1h30m", 5_400_000), ("30d", 2_592_000_000)],
)
def test_durations(text, milliseconds):
    assert parse_duration(text) == milliseconds


@pytest.mark.parametrize("text", ["", "5", "d", "1y", "-1h", "0s", "1h 30m", "1.5h"])
def test_what_is_no_duration_is_refused(text):
    with pytest.raises(ValueError, match="is not a duration"):
        parse_duration(text)
