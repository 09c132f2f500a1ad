"""``./headwater screenshots``: pictures of every page of the console, light and dark.

It starts a service of its own with the demo in it, adds a little to see, lets it run until charts
have lines, and writes ``docs/screenshots/NAME-SCHEME.png``.
"""

import argparse
import json
import re
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Browser, Page, expect, sync_playwright

from streaming.cell.program import CHECKOUT
from tests.e2e.chromium import QUIET
from tests.e2e.tour import PATIENCE_MS, SCHEMES, Stop, sign_in, stops, visit, visiting
from tests.service import ServiceUnderTest

TARGET: Final = CHECKOUT / "docs" / "screenshots"
SETTLED_MS: Final = 2_500
"""For what moves: live records, a chart's first drawing."""

LINE_MS: Final = 25_000
"""Until a chart that is drawn as one watches has a line."""

TO_SEE: Final = (
    ("topics", "--create", "--topic", "orders", "--partitions", "12"),
    ("topics", "--create", "--topic", "payments", "--config", "retention.ms=604800000"),
    ("topics", "--create", "--topic", "inventory", "--config", "cleanup.policy=compact"),
    ("keys", "--create", "--service-account", "billing", "--expires", "90d"),
    ("keys", "--create", "--service-account", "warehouse"),
    ("users", "--create", "--login", "ada@example.com", "--role", "admin", "--json"),
    ("users", "--create", "--login", "grace@example.com", "--role", "developer", "--json"),
    ("users", "--create", "--login", "linus@example.com", "--role", "viewer", "--json"),
    ("connectors", "--create", "--connector", "ticks", "--set", "connector.class=data-generator",
     "--set", "topic=ticks", "--set", "rate.per.second=40", "--set", "tasks.max=2"),
    ("connectors", "--create", "--connector", "large-ticks", "--set", "connector.class=topic-copy",
     "--set", "source.topics=ticks", "--set", "topic=large-ticks",
     "--set", "filter=value.payload.id % 2 == 0"),
    ("connectors", "--create", "--connector", "warehouse", "--no-wait",
     "--set", "connector.class=jdbc-source", "--set", "mode=bulk", "--set", "topic.prefix=db-",
     "--set", "connection.url=jdbc:postgresql://192.0.2.1:5432/warehouse"),
)  # fmt: skip
CONNECTOR: Final = (
    Stop("connector", "/connectors/ticks", "/s"),
    Stop("connector-failed", "/connectors/warehouse", "FAILED"),
)
"""Pages of what was added."""

MOVING: Final = Stop("brokers-move", "/brokers", "archive / 0")
MOVED_MB: Final = 60
MOVED_BYTES_PER_S: Final = 400_000
"""Two and a half minutes for a partition, in which both pictures are taken."""
MOVING_MS: Final = 120_000
"""Until there is something to see of it."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="headwater screenshots", description=__doc__)
    parser.add_argument("--to", type=Path, default=TARGET, help="a folder (docs/screenshots)")
    parser.add_argument("--only", help="names of pages, such as overview,groups")
    parser.add_argument(
        "--run-seconds", type=int, default=180, help="how long the service runs before (180)"
    )
    given = parser.parse_args()
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        sys.stderr.write("Chromium is needed, and neither chromium nor google-chrome was found.\n")
        return 1
    given.to.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory(prefix="headwater-") as folder,
        ServiceUnderTest(Path(folder), demo=True) as service,
    ):
        for command, *arguments in TO_SEE:
            done = service.run(command, *arguments, "--tenant", "demo")
            if done.returncode != 0:
                sys.stderr.write(done.stderr)
                return 1
        time.sleep(given.run_seconds)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=QUIET)
            only = set(given.only.split(",")) if given.only else None
            for scheme in SCHEMES:
                _pictures(browser, service.status, scheme, given.to, only)
            if only is None or MOVING.name in only:
                _begin_a_move(service, Path(folder))
                for scheme in SCHEMES:
                    _picture_of_the_move(browser, service.status, scheme, given.to)
            browser.close()
    return 0


def _begin_a_move(service: ServiceUnderTest, folder: Path) -> None:
    """Of a partition on one broker to another, slowly enough to be seen."""
    _asked(service, "topics", "--create", "--topic", "archive", "--partitions", "1",
           "--replication-factor", "1")  # fmt: skip
    _asked(service, "perf", "produce", "--topic", "archive", "--record-size", "1000",
           "--num-records", str(MOVED_MB * 1000))  # fmt: skip
    (topic,) = _asked(service, "topics", "--describe", "--topic", "archive")["topics"]
    (place,) = topic["partitions"]
    (to, *_) = {1, 2, 3} - set(place["replicas"])
    wanted = {"topic": "archive", "partition": 0, "replicas": [to]}
    file = folder / "move.json"
    file.write_text(json.dumps({"version": 1, "partitions": [wanted]}))
    _asked(service, "reassign", "--execute", "--reassignment-json-file", str(file),
           "--throttle", str(MOVED_BYTES_PER_S))  # fmt: skip


def _asked(service: ServiceUnderTest, command: str, *arguments: str) -> Any:
    """What a command about the demo tenant answers; raises ``RuntimeError`` where it refuses."""
    done = service.run(command, *arguments, "--tenant", "demo", "--json")
    if done.returncode != 0:
        raise RuntimeError(done.stderr)
    return json.loads(done.stdout)


def _picture_of_the_move(
    browser: Browser, status: dict[str, Any], scheme: str, target: Path
) -> None:
    with visiting(browser, status["http_url"], scheme) as page:
        sign_in(page, status["demo"])
        visit(page, MOVING)
        copied = page.get_by_text(re.compile(r"^[3-9]\d %$"))
        expect(copied).to_be_visible(timeout=MOVING_MS)
        _picture(page, target / f"{MOVING.name}-{scheme}.png")


def _pictures(
    browser: Browser, status: dict[str, Any], scheme: str, target: Path, only: set[str] | None
) -> None:
    with visiting(browser, status["http_url"], scheme) as page:
        signed_in = False
        for stop in (*stops(status["demo"]["topic"], "demo-board"), *CONNECTOR):
            if only is not None and stop.name not in only:
                continue
            if stop.signed_in and not signed_in:
                sign_in(page, status["demo"])
                signed_in = True
            visit(page, stop)
            if stop in CONNECTOR:
                page.wait_for_timeout(LINE_MS)
            _picture(page, target / f"{stop.name}-{scheme}.png")
        if only is None or "palette" in only:
            page.goto("/topics")
            expect(page.get_by_role("heading", level=1)).to_have_text("Topics", timeout=PATIENCE_MS)
            page.keyboard.press("Control+k")
            page.get_by_label("Go to a page, a topic or a group").fill("or")
            _picture(page, target / f"palette-{scheme}.png")


def _picture(page: Page, file: Path) -> None:
    page.wait_for_timeout(SETTLED_MS)
    page.screenshot(path=file, animations="disabled", caret="hide")
    sys.stdout.write(f"{file.name} {file.stat().st_size // 1000} kB\n")


if __name__ == "__main__":
    sys.exit(main())
