"""Chromium opens the API's documentation: all of it comes from the service, under its policy."""

from typing import Any

from playwright.sync_api import Browser, expect


def test_the_document_can_be_browsed_offline(browser: Browser, demo: dict[str, Any]) -> None:
    page = browser.new_page()
    complaints: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(demo["http_url"] + "/api/docs")
    operation = page.locator("[data-path='/api/v1/session']").first
    expect(operation).to_be_visible(timeout=15_000)
    operation.click()
    expect(page.get_by_text("Who is signed in, and the CSRF token")).to_be_visible()
    assert complaints == []
    assert {url for url in asked if not url.startswith((demo["http_url"], "data:"))} == set()
    page.close()
