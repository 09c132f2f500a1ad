"""Chromium opens the API's documentation: all of it comes from the service, under its policy."""

from typing import Any

import httpx
from playwright.sync_api import Browser, expect


def groups_of(url: str) -> dict[str, str]:
    """By path and method, the group in which the document has the operation."""
    document = httpx.get(f"{url}/api/openapi.json").json()
    return {
        f"{method} {path}": operation["tags"][0]
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if method != "parameters"
    }


def test_the_document_can_be_browsed_offline(browser: Browser, demo: dict[str, Any]) -> None:
    page = browser.new_page()
    complaints: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(demo["http_url"] + "/api/docs")
    groups = groups_of(demo["http_url"])
    expect(page.locator(".opblock-tag")).to_have_count(len(set(groups.values())))
    page.locator(f"[data-tag='{groups['get /api/v1/session']}']").click()
    operation = page.locator("[data-path='/api/v1/session']").first
    expect(operation).to_be_visible()
    operation.click()
    expect(page.get_by_text("Who is signed in, and the CSRF token")).to_be_visible()
    assert complaints == []
    assert {url for url in asked if not url.startswith((demo["http_url"], "data:"))} == set()
    page.close()
