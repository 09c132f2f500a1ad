"""The audit log, and what operators do with tenants and brokers."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.test_every_page import barriers
from tests.e2e.tour import PATIENCE_MS, sign_in, visiting


@pytest.fixture(scope="module")
def operator(browser: Browser, demo: dict[str, Any]) -> Iterator[Page]:
    """One page, signed in as the demo's owner, who runs the service as well."""
    with visiting(browser, demo["http_url"], "light") as page:
        sign_in(page, demo["demo"])
        yield page


def test_the_audit_log_is_narrowed_exported_and_verified(operator: Page) -> None:
    page = operator
    page.goto("/audit?action=topic.*")
    table = page.get_by_role("table", name="Audit log")
    expect(table).to_contain_text("topic.create", timeout=PATIENCE_MS)
    expect(table).not_to_contain_text("api_key")
    page.get_by_label("To", exact=True).fill("flights")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("object=flights"))
    expect(table.get_by_role("row")).to_have_count(2)
    page.get_by_role("button", name="Export").click()
    with page.expect_download() as download:
        page.get_by_role("menuitem", name="CSV").click()
    head, *rows = Path(download.value.path()).read_text().splitlines()
    assert "action" in head
    assert len(rows) == 1
    assert "flights" in rows[0]
    page.get_by_role("button", name="Verify").click()
    expect(
        page.get_by_text(re.compile(r"All \d+ entries are as they were written"))
    ).to_be_visible()
    page.get_by_role("combobox", name="Outcome").click()
    page.get_by_role("option", name="refused").click()
    expect(page.get_by_text("No entry is like that")).to_be_visible()


def test_an_operator_makes_a_tenant_and_settles_how_it_begins(operator: Page) -> None:
    page = operator
    page.goto("/tenants#create")
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("made-by-hand")
    dialog.get_by_role("button", name="Create").click()
    row = page.get_by_role("table", name="Tenants").get_by_role("row").filter(has_text="by-hand")
    expect(row).to_contain_text("active", timeout=PATIENCE_MS)
    row.get_by_role("link", name="made-by-hand", exact=True).click()
    expect(page.get_by_text("of tenant made-by-hand")).to_be_visible()
    page.get_by_label("Partitions of a new topic").fill("3")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert").filter(has_text="Saved")).to_be_visible()
    page.reload()
    expect(page.get_by_label("Partitions of a new topic")).to_have_value("3", timeout=PATIENCE_MS)


def test_a_broker_is_drained_with_a_preview_and_taken_back(operator: Page) -> None:
    page = operator
    page.goto("/brokers")
    card = page.get_by_role("region", name="Broker 3")
    expect(card).to_contain_text("serving", timeout=PATIENCE_MS)
    page.get_by_label("Actions for broker 3").click()
    expect(page.get_by_role("menuitem", name="Remove")).to_be_disabled()
    page.get_by_role("menuitem", name="Drain").click()
    dialog = page.get_by_role("dialog")
    # Every other broker holds each partition already, so nobody can take over from this one.
    expect(dialog).to_contain_text("No other broker can take", timeout=PATIENCE_MS)
    dialog.get_by_role("button", name="Drain").click()
    expect(card).to_contain_text("draining", timeout=PATIENCE_MS)
    page.get_by_label("Actions for broker 3").click()
    expect(page.get_by_text("wait until they have moved")).to_be_visible()
    page.get_by_role("menuitem", name="Take it back into service").click()
    page.get_by_role("dialog").get_by_role("button", name="Take back").click()
    expect(card).to_contain_text("serving", timeout=PATIENCE_MS)


def test_how_far_moves_have_come_is_seen(operator: Page) -> None:
    page = operator
    move = {"tenant": "demo", "partition": 0, "adding": [2], "removing": [1]}
    moves = [
        {**move, "topic": "orders", "copy_bytes": 4000, "remaining_bytes": 1000, "eta_s": 12},
        {**move, "topic": "silent", "copy_bytes": 4000, "remaining_bytes": None, "eta_s": None},
    ]
    address = "**/api/v1/cell/reassignments"
    page.route(address, lambda route: route.fulfill(json={"data": moves}))
    try:
        page.goto("/brokers")
        rows = page.get_by_role("table", name="Partitions on the move").get_by_role("row")
        expect(rows.nth(1)).to_contain_text("75 %", timeout=PATIENCE_MS)
        bar = page.get_by_role("progressbar", name="Copied of orders / 0")
        expect(bar).to_have_attribute("aria-valuenow", "75")
        expect(rows.nth(2).get_by_role("progressbar")).to_have_count(0)
        assert barriers(page) == []
    finally:
        page.unroute(address)


def test_limits_are_changed_and_go_back_to_the_plan(operator: Page) -> None:
    page = operator
    page.goto("/quotas")
    row = page.get_by_role("table", name="Quotas").get_by_role("row").filter(has_text="Storage")
    expect(row.get_by_role("progressbar")).to_have_count(1, timeout=PATIENCE_MS)
    for button, now in (("Set", "7 GiB"), ("Back to the plan's", "1 TiB")):
        page.get_by_label("Change Storage").click()
        dialog = page.get_by_role("dialog")
        dialog.get_by_label("Limit").fill("7 GiB")
        dialog.get_by_role("button", name=button).click()
        expect(row.get_by_role("cell").nth(3)).to_have_text(now, timeout=PATIENCE_MS)


def test_a_limit_below_what_is_in_use_is_set_and_says_so(operator: Page) -> None:
    page = operator
    page.goto("/quotas")
    row = page.get_by_role("table", name="Quotas").get_by_role("row").filter(has_text="Partitions")
    said = page.get_by_role("alert").filter(has_text="More is in use than the limit allows")
    for button, now in (("Set", "1"), ("Back to the plan's", "2,000")):
        page.get_by_label("Change Partitions").click(timeout=PATIENCE_MS)
        dialog = page.get_by_role("dialog")
        dialog.get_by_label("Limit").fill("1")
        dialog.get_by_role("button", name=button).click()
        expect(row.get_by_role("cell").nth(3)).to_have_text(now, timeout=PATIENCE_MS)
        if button == "Set":
            expect(said).to_contain_text("Partitions")
            assert barriers(page) == []
            said.get_by_role("button").click()
            expect(said).to_have_count(0)


def test_a_client_is_kept_to_less_and_let_go(operator: Page) -> None:
    page = operator
    page.goto("/quotas?of=clients")
    page.get_by_role("button", name="Set a quota").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("User", exact=True).first.fill("billing")
    dialog.get_by_label("Produce a second").fill("1 MiB")
    dialog.get_by_role("button", name="Set").click()
    table = page.get_by_role("table", name="Quotas of users and clients")
    expect(table).to_contain_text("1 MiB/s", timeout=PATIENCE_MS)
    expect(table).to_contain_text("used 0 B/s")
    table.get_by_label("Take the quota of user billing away").click()
    expect(page.get_by_text("No user or client is kept to less")).to_be_visible()


def test_usage_is_there_as_a_table_and_a_file(operator: Page) -> None:
    page = operator
    page.goto("/usage")
    for plotted in (
        "Bytes an hour", "Requests an hour", "Most requests of topics an hour",
        "Most bytes stored", "Most partitions", "Time that connectors' tasks ran an hour",
    ):  # fmt: skip
        expect(page.get_by_role("figure", name=plotted)).to_be_visible(timeout=PATIENCE_MS)
    table = page.get_by_role("table", name="Who used what")
    # Brokers tell their figures every ten seconds.
    expect(table).to_contain_text("flights", timeout=PATIENCE_MS)
    page.get_by_text("Principals", exact=True).click()
    expect(table).to_contain_text("User:", timeout=PATIENCE_MS)
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    assert "bytes_in" in Path(download.value.path()).read_text().splitlines()[0]
