"""Chromium signs in and sees flights move; the pages have no obvious barrier and no script runs."""

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from confluent_kafka import Consumer, Producer
from playwright.sync_api import Browser, Page, expect

from tests.login import Login
from tests.service import ServiceUnderTest


@pytest.fixture
def page(browser: Browser, demo: dict[str, Any]) -> Iterator[Page]:
    context = browser.new_context(
        base_url=demo["http_url"], viewport={"width": 1280, "height": 800}
    )
    opened = context.new_page()
    opened.complaints = []  # type: ignore[attr-defined]
    opened.on("pageerror", lambda error: opened.complaints.append(str(error)))
    yield opened
    assert opened.complaints == []  # type: ignore[attr-defined]
    context.close()


def sign_in(page: Page, demo: dict[str, Any]) -> None:
    page.goto("/")
    page.get_by_label("Login").fill(demo["demo"]["login"])
    page.get_by_label("Password", exact=True).fill(demo["demo"]["password"])
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text(demo["demo"]["cluster_id"]).first).to_be_visible()


def open_live(page: Page, demo: dict[str, Any]) -> None:
    page.goto(f"/topics/{demo['demo']['topic']}/live")
    expect(page.get_by_role("status").filter(has_text="Live").first).to_be_visible()


def newest_offsets(page: Page) -> list[str]:
    rows = page.get_by_role("grid").get_by_role("row")
    return rows.locator("[role=gridcell]:nth-child(3)").all_inner_texts()


def test_a_wrong_password_is_refused_in_words(page: Page, demo: dict[str, Any]) -> None:
    page.goto("/login")
    page.get_by_label("Login").fill(demo["demo"]["login"])
    page.get_by_label("Password", exact=True).fill("not it")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in to Headwater")


def test_flights_move(page: Page, demo: dict[str, Any]) -> None:
    sign_in(page, demo)
    open_live(page, demo)
    grid = page.get_by_role("grid")
    expect(grid.get_by_role("row").nth(5)).to_be_visible()
    before = newest_offsets(page)
    page.wait_for_function(
        """before => {
            const cells = [...document.querySelectorAll('[role=grid] [role=gridcell]:nth-child(3)')]
            return cells.length > 0 && cells.map(c => c.innerText).join() !== before
        }""",
        arg=",".join(before),
    )
    assert newest_offsets(page) != before


def test_a_record_opens_with_its_key_and_headers(page: Page, demo: dict[str, Any]) -> None:
    sign_in(page, demo)
    open_live(page, demo)
    page.get_by_role("grid").get_by_role("row").nth(3).click()
    expect(page.get_by_text("carrier").first).to_be_visible()
    expect(page.get_by_text("origin").first).to_be_visible()


def test_a_topic_s_life_in_the_console(page: Page, demo: dict[str, Any]) -> None:
    sign_in(page, demo)
    page.goto("/topics")
    page.get_by_role("button", name=re.compile("(create|new) topic", re.I)).first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label(re.compile("name", re.I)).first.fill("made-by-hand")
    dialog.get_by_role("button", name=re.compile("create", re.I)).click()
    # To leave the page before would take back what was asked.
    expect(dialog).to_have_count(0)
    page.goto("/topics")
    expect(page.get_by_text("made-by-hand").first).to_be_visible()


ATTACK = '<img src=x onerror="window.owned=1"><script>window.owned=1</script>'


def test_hostile_bytes_are_text(page: Page, demo: dict[str, Any], cell: ServiceUnderTest) -> None:
    """In keys, values, headers, group ids, client ids and configs: no page makes elements of it."""
    topic, group = "hostile", f"group {ATTACK}"
    made = cell.run("topics", "--create", "--topic", topic, "--tenant", "demo", "--partitions", "1")
    assert made.returncode == 0, made.stderr
    config = cell.run(
        "topics", "--alter", "--topic", topic, "--tenant", "demo", "--config", f"a={ATTACK}"
    )
    assert config.returncode == 1, "a config that holds any text; look at its page as well"
    connection = Login.of(demo, demo["demo"]).librdkafka(**{"client.id": f"client {ATTACK}"})
    producer = Producer(connection)
    value = json.dumps({ATTACK: ATTACK})
    producer.produce(topic, value, key=ATTACK, headers=[("h", ATTACK.encode()), (ATTACK, b"v")])
    assert producer.flush(60) == 0
    consumer = Consumer(connection | {"group.id": group, "auto.offset.reset": "earliest"})
    consumer.subscribe([topic])
    try:
        assert consumer.poll(30) is not None
        consumer.commit(asynchronous=False)
        sign_in(page, demo)
        page.goto(f"/topics/{topic}/live?from=earliest")
        row = page.get_by_role("grid").get_by_role("row").nth(1)
        expect(row).to_contain_text("onerror")
        row.click()
        expect(page.get_by_text("onerror").first).to_be_visible()
        assert_no_element_is_made(page)
        for path in (f"/topics/{topic}/records", "/groups", f"/groups/{quote(group, safe='')}"):
            page.goto(path)
            expect(page.get_by_text("onerror").first).to_be_visible()
            assert_no_element_is_made(page)
    finally:
        consumer.close()


KEPT = (
    ("acls", "--add", "--allow-principal", f"User:{ATTACK}", "--topic", "flights"),
    ("quotas", "--alter", "--user", ATTACK, "--add-config", "producer_byte_rate=1"),
    ("keys", "--create", "--service-account", "hostile", "--description", ATTACK),
    ("connectors", "--create", "--connector", "hostile", "--initial-state", "STOPPED", "--no-wait",
     "--set", "connector.class=elasticsearch-sink", "--set", "topics=flights",
     "--set", f"connection.url=https://search.example.com/{ATTACK}",
     "--set", f"connection.username={ATTACK}", "--set", "connection.password=one"),
)  # fmt: skip
"""Commands that keep a text which somebody chose: names, descriptions, configs."""
TAKEN_AWAY = (
    ("quotas", "--alter", "--user", ATTACK, "--delete-config", "producer_byte_rate"),
    ("connectors", "--delete", "--connector", "hostile", "--yes"),
)
"""Other tests begin with none."""
SHOWN_AT = (
    "/acls", "/quotas?of=clients", "/keys", "/connectors/hostile", "/audit",
    "/audit?action=acl.create",
)  # fmt: skip


def test_hostile_text_of_configs_names_and_the_audit_log_is_text(
    page: Page, demo: dict[str, Any], cell: ServiceUnderTest
) -> None:
    for command, *arguments in KEPT:
        done = cell.run(command, *arguments, "--tenant", "demo", "--json")
        assert done.returncode == 0, done.stdout
    sign_in(page, demo)
    for path in SHOWN_AT:
        page.goto(path)
        expect(page.get_by_text("onerror").first).to_be_visible()
        assert_no_element_is_made(page)
    page.goto("/admin/tenants/auditentry/?q=onerror")
    expect(page.get_by_text("onerror").first).to_be_visible()
    assert_no_element_is_made(page)
    for command, *arguments in TAKEN_AWAY:
        done = cell.run(command, *arguments, "--tenant", "demo", "--json")
        assert done.returncode == 0, done.stdout


def assert_no_element_is_made(page: Page) -> None:
    """The page's policy would stop the script; that it is text shows the page needs none."""
    assert page.locator("img[src=x], [onerror]").count() == 0
    assert page.evaluate("window.owned") is None
    scripts = page.evaluate("[...document.scripts].map(each => each.text).join()")
    assert "owned" not in scripts


def test_the_policy_forbids_inline_script(page: Page, demo: dict[str, Any]) -> None:
    response = page.goto("/login")
    assert response is not None
    policy = response.headers["content-security-policy"]
    script = next(part for part in policy.split(";") if part.strip().startswith("script-src"))
    assert "unsafe-inline" not in script
    assert "unsafe-eval" not in script
