"""Every page in Chromium, light and dark: nothing that keeps people out, and a light first load."""

import json
from collections.abc import Iterator
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, Page, Response, expect

from streaming.cell.program import CHECKOUT
from tests.e2e.tour import PATIENCE_MS, SCHEMES, Stop, sign_in, stops, visit, visiting

AXE: Final = CHECKOUT / "frontend" / "console" / "node_modules" / "axe-core" / "axe.min.js"

RUN_AXE: Final = """async () => {
    // A scheme that was switched just now reaches every element with the next frame.
    await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))
    const found = await axe.run(document, { resultTypes: ['violations'] })
    return found.violations
        .filter(({ impact }) => impact === 'serious' || impact === 'critical')
        .map(({ id, nodes }) => ({ id, where: nodes.slice(0, 3).map(({ html }) => html) }))
}"""

FIRST_LOAD_BYTES: Final = 300_000
"""Of everything that a browser fetches for the page somebody sees first, as it travels."""

TOUR: Final = stops("flights", "demo-board")


@pytest.fixture(scope="module")
def member(browser: Browser, demo: dict[str, Any]) -> Iterator[Page]:
    """One page, signed in, for the whole tour."""
    with visiting(browser, demo["http_url"], "light") as page:
        complaints: list[str] = []
        page.on("pageerror", lambda error: complaints.append(str(error)))
        sign_in(page, demo["demo"])
        yield page
        assert complaints == []


def barriers(page: Page) -> list[Any]:
    """What axe finds, light and dark; it comes by the debugger: the page has no room for it."""
    found = []
    page.evaluate(AXE.read_text(encoding="utf-8"))
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        wanted = f":root[data-mantine-color-scheme={scheme}]"
        expect(page.locator(wanted)).to_have_count(1)
        found += [{"scheme": scheme, **each} for each in page.evaluate(RUN_AXE)]
    return found


@pytest.mark.parametrize("stop", [stop for stop in TOUR if stop.signed_in], ids=lambda s: s.name)
def test_a_page_keeps_nobody_out(member: Page, stop: Stop) -> None:
    visit(member, stop)
    found = barriers(member)
    assert found == [], json.dumps(found, indent=2)


def test_dialogs_keep_nobody_out(member: Page) -> None:
    member.goto("/keys#create")
    expect(member.get_by_role("dialog")).to_contain_text("Service account", timeout=PATIENCE_MS)
    assert barriers(member) == []
    member.get_by_role("button", name="Cancel").click()
    expect(member.get_by_role("dialog")).to_have_count(0)
    member.keyboard.press("?")
    expect(member.get_by_role("dialog")).to_contain_text("Keyboard shortcuts")
    assert barriers(member) == []
    member.keyboard.press("Escape")
    expect(member.get_by_role("dialog")).to_have_count(0)
    member.keyboard.press("Control+k")
    expect(member.get_by_role("dialog")).to_contain_text("Consumer groups")
    assert barriers(member) == []


def test_keys_go_places(member: Page) -> None:
    member.goto("/")
    expect(member.get_by_role("heading", level=1)).to_have_text("Overview", timeout=PATIENCE_MS)
    member.keyboard.press("g")
    member.keyboard.press("b")
    expect(member.get_by_role("heading", level=1)).to_have_text("Brokers")
    member.keyboard.press("Control+k")
    member.get_by_label("Go to a page, a topic or a group").fill("demo-b")
    expect(member.get_by_role("dialog")).to_contain_text("demo-board", timeout=PATIENCE_MS)
    member.keyboard.press("Enter")
    expect(member.get_by_role("heading", level=1)).to_have_text("demo-board", timeout=PATIENCE_MS)


def test_the_first_load_is_light(browser: Browser, demo: dict[str, Any]) -> None:
    with visiting(browser, demo["http_url"], "light") as page:
        answers: list[Response] = []

        def note(answer: Response) -> None:
            answers.append(answer)

        page.on("response", note)
        visit(page, TOUR[0])
        page.wait_for_load_state("networkidle")
        assert barriers(page) == []
        sizes = {answer.url: answer.request.sizes()["responseBodySize"] for answer in answers}
    scripts = [url for url in sizes if url.endswith(".js")]
    assert scripts, "the page's scripts were not seen: what is measured is not the load"
    assert sum(sizes.values()) <= FIRST_LOAD_BYTES, json.dumps(sizes, indent=2)
