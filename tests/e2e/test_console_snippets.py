"""The lines that the console gives with a new key, pasted as they are: five clients read records.

What is put in is the topic's name, in the place that the console leaves for it.
"""

import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from bench.kafka_jars import kafka_class_path
from bench.maven_jars import JarsUnavailable
from tests.compat.clients import JAVA
from tests.compat.kafkajs_package import kafkajs_folder
from tests.e2e.tour import PATIENCE_MS, sign_in, visiting
from tests.service import ServiceUnderTest

TOPIC = "pasted"
SECONDS = 120


@pytest.fixture(scope="module")
def snippets(browser: Browser, cell: ServiceUnderTest, demo: dict[str, Any]) -> dict[str, str]:
    """Client to lines, as the console shows them beside a key that it has just issued."""
    made = cell.run("topics", "--create", "--topic", TOPIC, "--tenant", "demo")
    assert made.returncode == 0, made.stderr
    found = {}
    with visiting(browser, demo["http_url"], "light") as page:
        sign_in(page, demo["demo"])
        page.goto("/keys#create")
        dialog = page.get_by_role("dialog")
        dialog.get_by_label("Service account", exact=True).fill("pastes")
        dialog.get_by_role("button", name="Issue key").click()
        expect(dialog).to_contain_text("the only time", timeout=PATIENCE_MS)
        tabs = dialog.get_by_role("tab")
        expect(tabs.first).to_be_visible(timeout=PATIENCE_MS)
        for tab in tabs.all():
            tab.click()
            name = tab.inner_text()
            lines = dialog.get_by_role("region", name=f"{name} example").inner_text()
            found[name] = re.sub(r"\bTOPIC\b", TOPIC, lines)
    return found


def paste(lines: str) -> str:
    """What a shell says to them."""
    done = subprocess.run(
        ["bash", "-euc", lines], capture_output=True, text=True, timeout=SECONDS, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def reads(command: list[str], snippets: dict[str, str], folder: Path) -> None:
    """Run a consumer while records are written, until it has shown one."""
    said = folder / "said"
    with said.open("wb") as into:
        running = subprocess.Popen(command, cwd=folder, stdout=into, stderr=subprocess.STDOUT)
    deadline = time.monotonic() + SECONDS
    try:
        while '"hello"' not in said.read_text(errors="replace"):
            assert running.poll() in (None, 0), said.read_text()
            assert time.monotonic() < deadline, said.read_text()
            paste(snippets["curl"])
    finally:
        running.kill()
        running.wait()


def test_there_are_five(snippets: dict[str, str]) -> None:
    assert [*snippets] == ["kcat", "Python", "Java", "JavaScript", "curl"]


def test_curl(snippets: dict[str, str]) -> None:
    assert '"hello":"world"' in paste(snippets["curl"]).replace(" ", "")


@pytest.mark.skipif(shutil.which("kcat") is None, reason="needs: kcat")
def test_kcat(snippets: dict[str, str]) -> None:
    paste(snippets["curl"])
    assert '"hello"' in paste(snippets["kcat"])


def test_python(snippets: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "read.py").write_text(snippets["Python"])
    reads([sys.executable, "-u", "read.py"], snippets, tmp_path)


def test_java(snippets: dict[str, str], tmp_path: Path) -> None:
    try:
        class_path = kafka_class_path()
    except JarsUnavailable as missing:
        pytest.skip(f"needs: Apache Kafka's jars ({missing})")
    (tmp_path / "Read.java").write_text(snippets["Java"])
    reads([*JAVA, "-cp", class_path, "Read.java"], snippets, tmp_path)


def test_javascript(snippets: dict[str, str]) -> None:
    folder = kafkajs_folder()
    (folder / "read.js").write_text(snippets["JavaScript"])
    reads(["node", "read.js"], snippets, folder)
