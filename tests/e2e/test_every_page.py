"""Every page in Chromium, light and dark: nothing that keeps people out, and a light first load."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, Page, Response, Route, expect

from streaming.cell.program import CHECKOUT
from tests.e2e.tour import (
    PATIENCE_MS,
    SCHEMES,
    sign_in,
    stops,
    visit,
    visiting,
    wait_until_filled,
)
from tests.service import ServiceUnderTest

AXE: Final = CHECKOUT / "frontend" / "console" / "node_modules" / "axe-core" / "axe.min.js"

RUN_AXE: Final = """async () => {
    // A scheme that was switched just now reaches every element with the next frame.
    await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))
    const found = await axe.run(document, { resultTypes: ['violations'] })
    return found.violations
        .filter(({ impact }) => impact === 'serious' || impact === 'critical')
        .map(({ id, nodes }) => ({ id, where: nodes.slice(0, 3).map(({ html }) => html) }))
}"""

PLACES: Final = """() => Object.fromEntries(
    [...document.querySelectorAll('main a, main button, main input, nav a')]
        .map(each => [each.innerText || each.getAttribute('aria-label'), each])
        .filter(([name], _, all) => name && all.filter(other => other[0] === name).length === 1)
        .map(([name, each]) => [name, each.getBoundingClientRect()])
        .map(([name, { x, y }]) => [name, [Math.round(x), Math.round(y)]])
)"""
"""Where links, buttons and fields stand, by their words; not those of which there are several."""

INVITE: Final = """async (login) => {
    const { csrf_token } = await (await fetch('/api/v1/session')).json()
    const headers = { 'Content-Type': 'application/json', 'X-CSRFToken': csrf_token }
    const body = JSON.stringify({ login, role: 'viewer' })
    const made = await fetch('/api/v1/tenants/demo/invitations', { method: 'POST', headers, body })
    return (await made.json()).code
}"""

FIRST_LOAD_BYTES: Final = 300_000
"""Of everything that a browser fetches for the page somebody sees first, as it travels."""

TOUR: Final = stops("flights", "demo-board")

ROUTES: Final = CHECKOUT / "frontend" / "console" / "src" / "router.tsx"

TOPICS: Final = 10_000

ELSEWHERE: Final = {"/connectors/$connector", "/invitation"}
"""Pages that the demo has nothing for; ``test_connector_pages`` and a test of its own ask the same
of them."""


TO_SEE: Final = (
    ("keys", "--create", "--service-account", "billing", "--expires", "90d"),
    ("users", "--create", "--login", "ada@example.com", "--role", "admin", "--json"),
)
"""What a tenant has when it is at work: an empty list has nothing that could keep people out."""


@pytest.fixture(scope="module")
def member(browser: Browser, cell: ServiceUnderTest, demo: dict[str, Any]) -> Iterator[Page]:
    """One page, signed in, for the whole tour."""
    for command, *arguments in TO_SEE:
        done = cell.run(command, *arguments, "--tenant", "demo")
        assert done.returncode == 0, done.stderr
    with visiting(browser, demo["http_url"], "light") as page:
        complaints: list[str] = []
        page.on("pageerror", lambda error: complaints.append(str(error)))
        sign_in(page, demo["demo"])
        yield page
        assert complaints == []


@dataclass(frozen=True, slots=True)
class Filled:
    """A page of the tour, and where what can be pressed stood before and after the service had
    answered what it asks of it."""

    page: Page
    before: dict[str, Any]
    after: dict[str, Any]


@pytest.fixture(
    scope="module", params=[stop for stop in TOUR if stop.signed_in], ids=lambda stop: stop.name
)
def filled(member: Page, request: pytest.FixtureRequest) -> Filled:
    """One page after the other, each asked for once."""
    held: list[Route] = []
    asked = re.compile(r"/api/v1/tenants/")

    def hold(route: Route) -> None:
        held.append(route)

    member.route(asked, hold)
    try:
        member.goto(request.param.path)
        expect(member.get_by_role("heading", level=1)).to_be_visible(timeout=PATIENCE_MS)
        before = member.evaluate(PLACES)
    finally:
        for route in held:
            route.continue_()
        member.unroute(asked)
    wait_until_filled(member, request.param)
    return Filled(member, before, member.evaluate(PLACES))


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


def test_the_tour_goes_to_every_page() -> None:
    paths = re.findall(r'^  path: "(.+)",$', ROUTES.read_text(), re.MULTILINE)
    assert len(paths) > 20
    addresses = [stop.path.partition("?")[0] for stop in TOUR]
    missed = {
        path
        for path in paths
        # A page of a topic is named by what comes behind the topic.
        if not any(re.search(re.sub(r"\$\w+", "[^/]+", path) + "$", each) for each in addresses)
    }
    # A topic's own address leads on to its first page.
    assert missed == {*ELSEWHERE, "/topics/$topic"}


def test_what_can_be_pressed_does_not_move_when_a_page_is_filled(filled: Filled) -> None:
    """Else a press that falls into that moment goes beside it."""
    stayed = {name: at for name, at in filled.after.items() if name in filled.before}
    assert stayed == {name: filled.before[name] for name in stayed}


def test_a_page_keeps_nobody_out(filled: Filled) -> None:
    found = barriers(filled.page)
    assert found == [], json.dumps(found, indent=2)


def test_a_page_whose_code_does_not_come_says_so_and_is_tried_again(
    browser: Browser, demo: dict[str, Any]
) -> None:
    with visiting(browser, demo["http_url"], "light") as page:
        sign_in(page, demo["demo"])
        code = re.compile(r"/assets/BrokersPage-")
        page.route(code, lambda route: route.abort())
        page.get_by_role("link", name="Brokers").first.click()
        alert = page.get_by_role("alert").filter(has_text="This page could not be shown")
        expect(alert).to_be_visible(timeout=PATIENCE_MS)
        assert barriers(page) == []
        page.unroute(code)
        alert.get_by_role("button", name="Try again").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Brokers", timeout=PATIENCE_MS)


def test_the_page_of_an_invitation_keeps_nobody_out(
    browser: Browser, demo: dict[str, Any], member: Page
) -> None:
    code = member.evaluate(INVITE, "somebody-new")
    with visiting(browser, demo["http_url"], "light") as page:
        page.goto(f"/invitation#{code}")
        for word in ("I have a login", "I am new here"):
            page.get_by_text(word).click(timeout=PATIENCE_MS)
            assert barriers(page) == []


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


def test_a_search_for_groups_has_an_address(member: Page) -> None:
    member.goto("/groups?find=demo-b")
    search = member.get_by_label("Filter groups by name")
    expect(search).to_have_value("demo-b", timeout=PATIENCE_MS)
    table = member.get_by_role("table", name="Consumer groups")
    expect(table).to_have_attribute("aria-rowcount", "2")
    search.fill("no-such-group")
    expect(table).to_have_attribute("aria-rowcount", "1")
    expect(member).to_have_url(re.compile("find=no-such-group"))


def test_groups_are_sorted_by_lag_members_and_state(member: Page) -> None:
    """Among made-up groups, so that nothing moves meanwhile; of one nothing is known."""
    names, lags, members = ("low", "high", "none", "middle"), (2, 1_000, None, 30), (3, 1, 0, 2)
    states = ("STABLE", "EMPTY", "DEAD", "ASSIGNING")
    groups = [{"consumer_group_id": name, "state": state, "partition_assignor": "range"}
              for name, state in zip(names, states, strict=True)]  # fmt: skip
    totals = [{"consumer_group_id": name, "total_lag": lag, "member_count": count}
              for name, lag, count in zip(names, lags, members, strict=True)]  # fmt: skip
    asked = re.compile(r"/consumer-groups(:totals)?$")

    def answer(route: Route) -> None:
        route.fulfill(json={"data": totals if "totals" in route.request.url else groups})

    member.route(asked, answer)
    try:
        member.goto("/groups?sort=-lag")
        table = member.get_by_role("table", name="Consumer groups")
        shown = table.get_by_role("link")
        expect(shown).to_have_text(["high", "middle", "low", "none"], timeout=PATIENCE_MS)
        table.get_by_role("button", name="Members").click()
        expect(shown).to_have_text(["none", "high", "middle", "low"])
        expect(member).to_have_url(re.compile("sort=members"))
        table.get_by_role("button", name="State").click()
        expect(shown).to_have_text(["middle", "none", "high", "low"])
    finally:
        member.unroute(asked)


def test_ten_thousand_topics_are_searched_sorted_and_scrolled(member: Page) -> None:
    """What the service would say of them; that it can is another test's business."""

    def rate(number: int) -> int:
        return number * 7919 % 10_007

    def answer(route: Route) -> None:
        rows = route.fetch().json()["data"]
        model = next(row for row in rows if not row["internal"])
        made = [
            model | {"name": f"made-{number:05}", "records_in_per_s": rate(number)}
            for number in range(TOPICS)
        ]
        route.fulfill(json={"data": made, "as_of": None})

    address = re.compile(r"/api/v1/tenants/[^/]+/topics$")
    member.route(address, answer)
    try:
        member.goto("/topics")
        table = member.get_by_role("table", name="Topics")
        expect(table).to_have_attribute("aria-rowcount", "10001", timeout=PATIENCE_MS)
        first = table.get_by_role("row").nth(1)
        table.get_by_role("button", name="Records/s").click()
        expect(first).to_contain_text("made-00000")
        table.get_by_role("button", name="Records/s").click()
        expect(first).to_contain_text(f"made-{max(range(TOPICS), key=rate):05}")
        table.focus()
        member.keyboard.press("End")
        expect(table.locator("[aria-rowindex='10001']")).to_be_visible()
        assert table.get_by_role("row").count() < 100, "rows out of view are drawn"
        member.get_by_label("Filter topics by name").fill("09999")
        expect(table).to_have_attribute("aria-rowcount", "2")
        expect(table).to_contain_text("made-09999")
    finally:
        member.unroute(address)


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
