"""The security checklist names files and tests: those that there are."""

import ast
import re
from functools import cache

import pytest

from tests.architecture.test_tidy import ROOT

CHECKLIST = ROOT / "docs" / "security-checklist.md"
ROWS_PROMISED = 36
COLUMNS = ["rule", "kept", "where", "tests"]
QUOTED = re.compile(r"`([^`]+)`")


def table() -> list[list[str]]:
    """The cells of every row, without heads and rules."""
    lines = [
        [cell.strip() for cell in line.strip("|\n").split("|")]
        for line in CHECKLIST.read_text().splitlines()
        if line.startswith("|")
    ]
    return [cells for cells in lines if cells != COLUMNS and set(cells) != {"---"}]


ROWS = table()
IDS = [cells[0][:40] for cells in ROWS]


@cache
def functions_of(file: str) -> frozenset[str]:
    path = ROOT / file
    if not path.is_file():
        return frozenset()
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    return frozenset(
        node.name for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, functions)
    )


def test_no_rule_was_dropped() -> None:
    assert len(ROWS) >= ROWS_PROMISED
    assert len({cells[0] for cells in ROWS}) == len(ROWS)


@pytest.mark.parametrize("cells", ROWS, ids=IDS)
def test_a_row_says_how_far_it_is_kept_where_and_by_which_tests(cells: list[str]) -> None:
    assert len(cells) == len(COLUMNS)
    _rule, kept, where, tests = cells
    assert re.match(r"yes\b|in part: .|no: .", kept), "yes, or what is missing"
    files, named = QUOTED.findall(where), QUOTED.findall(tests)
    assert [file for file in files if not (ROOT / file).is_file()] == []
    assert files, "where is it kept?"
    absent = []
    for each in named:
        file, _, function = each.partition("::")
        if not function.startswith("test_") or function not in functions_of(file):
            absent.append(each)
    assert absent == []
    assert named or kept.startswith("no: "), "which test would fail without it?"


def test_a_test_that_is_not_there_would_be_seen() -> None:
    this = "tests/architecture/test_security_checklist.py"
    assert "test_no_rule_was_dropped" in functions_of(this)
    assert "test_of_nothing" not in functions_of(this)
    assert functions_of("tests/architecture/test_of_nothing.py") == frozenset()
