"""The audit log, and what operators do with tenants and brokers."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

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
