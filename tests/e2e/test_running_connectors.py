"""Connectors that run, in the console: their throughput, their offsets, and why one has failed."""

import json
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.test_every_page import barriers
from tests.e2e.tour import PATIENCE_MS
from tests.service import ServiceUnderTest

TICKS, COPY = "e2e-ticks", "e2e-copy"
SETTLED_MS = 60_000
"""For what a worker and its processes have to do first."""
PAST_2_53 = 9_007_199_254_740_993


@pytest.fixture(scope="module", autouse=True)
def running(cell: ServiceUnderTest) -> Iterator[None]:
    """A source, and a copy of it whose filter makes nothing of its records."""
    _made(cell, TICKS, "connector.class=data-generator", "topic=e2e-ticks", "rate.per.second=50")
    _made(
        cell, COPY, "connector.class=topic-copy", "source.topics=e2e-ticks", "topic=e2e-copied",
        "filter=value.payload.user > 3", wait=False,
    )  # fmt: skip
    yield
    for name in (TICKS, COPY):
        cell.run("connectors", "--delete", "--connector", name, "--tenant", "demo", "--yes")


def _made(cell: ServiceUnderTest, name: str, *settings: str, wait: bool = True) -> None:
    given = [word for each in settings for word in ("--set", each)]
    how = () if wait else ("--no-wait",)
    ran = cell.run(
        "connectors", "--create", "--connector", name, *given, *how, "--tenant", "demo", "--json"
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr


def _region(page: Page, name: str) -> Locator:
    return page.get_by_role("region", name=name, exact=True)


def test_throughput_is_drawn_while_it_runs(owner: Page) -> None:
    owner.goto(f"/connectors/{TICKS}")
    for label, unit in (("Records", "/s"), ("Bytes", "B/s")):
        chart = owner.get_by_role("figure", name=re.compile(f"^{label}\\."))
        expect(chart.locator("canvas")).to_be_visible(timeout=SETTLED_MS)
        expect(chart).to_contain_text(re.compile(rf"[1-9].*{unit}"))
    expect(owner.get_by_text("1 of 1")).to_be_visible()
    found = barriers(owner)
    assert found == [], json.dumps(found, indent=2)


def test_its_topics_and_its_group_are_a_click_away(owner: Page, cell: ServiceUnderTest) -> None:
    owner.goto(f"/connectors/{TICKS}")
    link = _region(owner, "Topics").get_by_role("link", name=TICKS)
    expect(link).to_have_attribute("href", f"/topics/{TICKS}", timeout=SETTLED_MS)
    sink, letters = "e2e-hook", "e2e-dead"
    _made(
        cell, sink, "connector.class=http-sink", f"topics={TICKS}", "errors.tolerance=all",
        "http.url=https://nobody.invalid/hook", f"errors.deadletterqueue.topic.name={letters}",
        wait=False,
    )  # fmt: skip
    try:
        owner.goto(f"/connectors/{sink}")
        for name in (f"connect-{sink}", letters):
            expect(_region(owner, "Topics").get_by_role("link", name=name)).to_be_visible(
                timeout=PATIENCE_MS
            )
    finally:
        cell.run("connectors", "--delete", "--connector", sink, "--tenant", "demo", "--yes")


def test_why_a_task_has_failed_is_told_and_it_is_started_again(
    owner: Page, cell: ServiceUnderTest
) -> None:
    owner.goto(f"/connectors/{COPY}")
    row = _region(owner, "Tasks").get_by_role("row").nth(1)
    expect(row).to_contain_text("Failed", timeout=SETTLED_MS)
    expect(row).to_contain_text("filter")
    row.get_by_role("button", name="Trace of task 0").click()
    trace = owner.get_by_role("dialog").get_by_role("region", name="Why task 0 failed")
    expect(trace).to_contain_text("Traceback (most recent call last)")
    expect(trace).to_contain_text("connect.spi.errors.DataError")
    expect(trace).not_to_contain_text(str(cell.data_dir))
    owner.keyboard.press("Escape")

    # What was wrong is mended, and then it need not be waited for.
    mended = ("--set", "filter=value.payload.id >= 0", "--no-wait")
    cell.run("connectors", "--alter", "--connector", COPY, *mended, "--tenant", "demo", "--json")
    row.get_by_role("button", name="Restart task 0").click()
    expect(owner.get_by_text("Task restarting")).to_be_visible(timeout=PATIENCE_MS)
    expect(row).to_contain_text("Running", timeout=SETTLED_MS)
    expect(row.get_by_role("button", name="Trace of task 0")).to_have_count(0)
    row.get_by_role("button", name="Log of task 0").click()
    expect(owner.get_by_role("dialog").get_by_role("region")).to_contain_text(
        "INFO", timeout=PATIENCE_MS
    )
    owner.keyboard.press("Escape")


def test_offsets_are_set_by_hand_and_gone_on_from(owner: Page) -> None:
    owner.goto(f"/connectors/{TICKS}")
    panel = _region(owner, "Offsets")
    edit = panel.get_by_role("button", name="Edit")
    expect(edit).to_have_attribute("aria-disabled", "true", timeout=PATIENCE_MS)
    owner.get_by_role("button", name="Stop", exact=True).click()
    expect(edit).not_to_have_attribute("aria-disabled", "true", timeout=SETTLED_MS)

    panel.get_by_role("button", name="Read again").click()
    edit.click()
    dialog = owner.get_by_role("dialog")
    text = dialog.get_by_label("Offsets as JSON")
    text.fill('[{"partition": {"stream": 0}}')
    expect(dialog.get_by_role("button", name="Set offsets")).to_be_disabled()
    text.fill(f'[{{"partition": {{"stream": 0}}, "offset": {{"next": {PAST_2_53}}}}}]')
    dialog.get_by_role("button", name="Set offsets").click()
    expect(panel).to_contain_text(f"next {PAST_2_53}", timeout=PATIENCE_MS)
    # What a browser's numbers cannot have is edited as it is.
    edit.click()
    expect(text).to_have_value(re.compile(str(PAST_2_53)))
    text.fill('[{"partition": {"stream": 0}, "offset": {"nxet": 1}}]')
    dialog.get_by_role("button", name="Set offsets").click()
    expect(dialog.get_by_role("alert")).to_contain_text(
        'an offset of data-generator is {"next": 0}'
    )
    owner.keyboard.press("Escape")

    panel.get_by_role("button", name="Reset").click()
    dialog.get_by_label("to confirm").fill(TICKS)
    dialog.get_by_role("button", name="Reset offsets").click()
    expect(panel).to_contain_text("it begins at the beginning", timeout=PATIENCE_MS)
    owner.get_by_role("button", name="Resume").click()
    expect(owner.get_by_text("It moves records.")).to_be_visible(timeout=SETTLED_MS)
