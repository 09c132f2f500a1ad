"""What clients say stands in log lines, and makes none."""

import logging
from copy import deepcopy
from logging.config import DictConfigurator

import pytest
from django.conf import settings

from streaming.log_lines import LogLines, escaped


def line(message, *arguments, **more):
    record = logging.makeLogRecord({"msg": message, "args": arguments, "request": "", **more})
    return LogLines("{levelname}:{request} {message}", style="{").format(record)


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("/topics/a\n2026-11-28 CRITICAL forged", "/topics/a\\n2026-11-28 CRITICAL forged"),
        ("a\r\x1b[2Jb\0", "a\\r\\x1b[2Jb\\x00"),
        ("a\u2028b\u202eb", "a\\u2028b\\u202eb"),
        ("half \ud800", "half \\ud800"),
        ("Zürich\u00a0東京 🛫", "Zürich\u00a0東京 🛫"),
    ],
)
def test_nobody_s_words_make_a_line(said, written):
    assert escaped(said) == written
    assert line("socket %s closed", said) == f"Level None: socket {written} closed"


def test_a_traceback_has_its_lines():
    try:
        raise ValueError("of ours\n2026-11-28 CRITICAL forged\x1b[2J")
    except ValueError as error:
        told = line("failed", exc_info=(type(error), error, error.__traceback__))
    first, *traceback = told.split("\n")
    assert first.endswith("failed")
    assert all(each.startswith("  ") for each in traceback)
    assert traceback[-2:] == ["  ValueError: of ours", "  2026-11-28 CRITICAL forged\\x1b[2J"]


def test_every_process_writes_its_log_so():
    configured = DictConfigurator(deepcopy(settings.LOGGING))
    formatters = {each["formatter"] for each in settings.LOGGING["handlers"].values()}
    for name in formatters:
        formatter = configured.configure_formatter(configured.config["formatters"][name])
        assert isinstance(formatter, LogLines)
