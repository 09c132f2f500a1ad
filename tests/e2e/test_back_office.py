"""An operator who is not signed in finds the back office by the console's own sign-in."""

import re
from typing import Any

from playwright.sync_api import Browser, expect


def test_signing_in_leads_to_the_back_office(browser: Browser, demo: dict[str, Any]) -> None:
    page = browser.new_page(base_url=demo["http_url"])
    page.goto("/admin/")
    page.get_by_label("Login").fill(demo["demo"]["login"])
    page.get_by_label("Password", exact=True).fill(demo["demo"]["password"])
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(re.compile("/admin/$"))
    page.get_by_role("link", name="API keys").first.click()
    expect(page.get_by_text("User:tenant-admin").first).to_be_visible()
    page.close()
