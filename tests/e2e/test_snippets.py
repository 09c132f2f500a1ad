"""The snippets that ``up`` prints, pasted into a shell exactly as they stand there."""

import json
import re
import shutil
import subprocess
from typing import Any

import pytest

from tests.service import READY, ServiceUnderTest

NAMES = ("kcat", "python", "curl", "websocket")


@pytest.fixture(scope="module")
def printed(cell: ServiceUnderTest) -> dict[str, str]:
    """Name to snippet, cut out of what ``up`` said."""
    told = cell.said().partition(READY)[0]
    parts = re.split(rf"^# ({'|'.join(NAMES)})\n", told, flags=re.MULTILINE)[1:]
    return dict(zip(parts[::2], parts[1::2], strict=True))


def paste(snippet: str) -> str:
    done = subprocess.run(
        ["bash", "-c", snippet], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def flights(text: str) -> list[dict[str, Any]]:
    """The JSON object at the end of each line."""
    return [json.loads(line[line.index("{") :]) for line in text.splitlines()]


def test_all_four_are_printed_in_this_order(printed: dict[str, str]) -> None:
    assert tuple(printed) == NAMES


@pytest.mark.skipif(shutil.which("kcat") is None, reason="needs: kcat")
def test_kcat(printed: dict[str, str]) -> None:
    shown = flights(paste(printed["kcat"]))
    assert len(shown) == 5
    assert all(flight["tailnum"] and flight["airline"] for flight in shown)


def test_python(printed: dict[str, str]) -> None:
    shown = flights(paste(printed["python"]))
    assert len(shown) == 5
    assert all(flight["tailnum"] and flight["airline"] for flight in shown)


@pytest.mark.skipif(shutil.which("curl") is None, reason="needs: curl")
def test_curl(printed: dict[str, str]) -> None:
    answer = json.loads(paste(printed["curl"]))
    assert len(answer["data"]) == 3
    assert all(record["value"]["data"]["tailnum"] for record in answer["data"])


def test_websocket(printed: dict[str, str]) -> None:
    shown = flights(paste(printed["websocket"]))
    assert len(shown) >= 5
    assert all(flight["tailnum"] and flight["airline"] for flight in shown)
