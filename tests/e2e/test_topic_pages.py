"""A topic's pages in Chromium: browsing both ways, searching, files, configs, deleting."""

import base64
import json
import re
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka import Producer
from playwright.sync_api import Browser, Locator, Page, expect

from tests.login import Login

TOPIC = "browsed"
RECORDS = 250
BIG = "x" * 100_000


@pytest.fixture(scope="module")
def topic(demo: dict[str, Any]) -> str:
    """Two partitions: 250 small records in one, a large value in the other."""
    login = demo["demo"]
    request = urllib.request.Request(
        f"{demo['http_url']}/kafka/v3/clusters/{login['cluster_id']}/topics",
        json.dumps({"topic_name": TOPIC, "partitions_count": 2}).encode(),
        {"Content-Type": "application/json", "Authorization": _basic(login)},
    )
    urllib.request.urlopen(request, timeout=60).close()
    producer = Producer(Login.of(demo, login).librdkafka())
    for number in range(RECORDS):
        value = json.dumps({"n": number, "even": number % 2 == 0})
        producer.produce(TOPIC, value, key=f"k{number}", partition=0)
    producer.produce(TOPIC, json.dumps([BIG]), key="big", partition=1)
    assert producer.flush(60) == 0
    return TOPIC


def _basic(login: dict[str, Any]) -> str:
    pair = f"{login['api_key']}:{login['api_secret']}"
    return "Basic " + base64.b64encode(pair.encode()).decode()


@pytest.fixture(scope="module")
def page(browser: Browser, demo: dict[str, Any]) -> Iterator[Page]:
    """One person's tab for all of these tests."""
    context = browser.new_context(
        base_url=demo["http_url"], viewport={"width": 1320, "height": 820}
    )
    opened = context.new_page()
    errors: list[str] = []
    opened.on("pageerror", lambda error: errors.append(str(error)))
    opened.goto("/login")
    opened.get_by_label("Login").fill(demo["demo"]["login"])
    opened.get_by_label("Password", exact=True).fill(demo["demo"]["password"])
    opened.get_by_role("button", name="Sign in").click()
    expect(opened.get_by_role("heading", level=1)).to_have_text("Overview")
    yield opened
    context.close()
    assert errors == []


def cell_of(page: Page, row: int, column: int) -> Locator:
    """Columns: time, partition, offset, key, value, headers."""
    line = page.get_by_role("grid").get_by_role("row").nth(row + 1)
    return line.get_by_role("gridcell").nth(column)


def test_pages_lead_back_to_where_they_began(page: Page, topic: str) -> None:
    page.goto(f"/topics/{topic}/records?partitions=%5B0%5D")
    expect(cell_of(page, 0, 2)).to_have_text("249")
    page.get_by_role("button", name="Older").click()
    expect(cell_of(page, 0, 2)).to_have_text("149")
    page.keyboard.press("n")
    expect(cell_of(page, 0, 2)).to_have_text("49")
    expect(page.get_by_role("button", name="Older")).to_be_disabled()
    page.keyboard.press("p")
    expect(cell_of(page, 0, 2)).to_have_text("149")
    page.go_back()
    expect(cell_of(page, 0, 2)).to_have_text("49")


def test_an_offset_is_jumped_to_and_left_backward(page: Page, topic: str) -> None:
    page.goto(f"/topics/{topic}/records?partitions=%5B0%5D")
    page.get_by_text("Offset", exact=True).first.click()
    page.get_by_label("Offset", exact=True).last.fill("120")
    page.get_by_role("button", name="Go").click()
    expect(cell_of(page, 0, 2)).to_have_text("120")
    page.get_by_role("button", name="Older").click()
    expect(cell_of(page, 0, 2)).to_have_text("20")


def test_a_filter_searches_every_record(page: Page, topic: str) -> None:
    page.goto(f"/topics/{topic}/records")
    page.get_by_role("button", name="Test").click()
    field = page.get_by_label("Filter, a CEL expression")
    field.fill('has(value.n) && value.n == 17 && key == "k17"')
    expect(page.get_by_text("Does not match")).to_be_visible()
    field.press("Enter")
    expect(page.get_by_text("1 record found")).to_be_visible(timeout=20_000)
    expect(cell_of(page, 0, 2)).to_have_text("17")
    page.get_by_label("Filter, a CEL expression").fill("value.n ===")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert").filter(has_text="column").first).to_be_visible()


def test_the_live_tail_is_filtered_by_the_service(page: Page, topic: str) -> None:
    page.goto(f"/topics/{topic}/live?from=earliest")
    field = page.get_by_label("Filter, a CEL expression")
    field.fill('has(value.n) && value.n >= 100 && value.n < 102 && key != "k101"')
    field.press("Enter")
    expect(page.get_by_text("of 251")).to_be_visible(timeout=20_000)
    expect(cell_of(page, 0, 2)).to_have_text("100")
    expect(page.get_by_role("grid").get_by_role("row")).to_have_count(2)
    field.fill("value.n ===")
    field.press("Enter")
    expect(page.get_by_text("the filter is not valid at line 1")).to_be_visible()


def test_a_value_is_seen_as_a_tree_as_text_and_as_bytes(page: Page, topic: str) -> None:
    page.goto(f"/topics/{topic}/records?partitions=%5B0%5D&record=0-17")
    drawer = page.get_by_label("Record", exact=True)
    expect(drawer.get_by_role("region", name="Value, Tree")).to_contain_text("even")
    drawer.get_by_text("Pretty", exact=True).click()
    expect(drawer.get_by_role("region", name="Value, Pretty")).to_contain_text('"n": 17')
    drawer.get_by_text("Hex", exact=True).click()
    # As it was written, space and all; and the same as letters.
    dump = drawer.get_by_role("region", name="Value, Hex")
    expect(dump).to_contain_text("7b 22 6e 22 3a 20 31 37")
    expect(dump).to_contain_text('{"n": 17')
    with page.expect_download() as download:
        drawer.get_by_role("button", name="Download value").click()
    assert Path(download.value.path()).read_bytes() == b'{"n": 17, "even": false}'
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    drawer.get_by_role("button", name="Copy value").click()
    copied = page.evaluate("() => navigator.clipboard.readText()")
    assert json.loads(copied) == {"n": 17, "even": False}
    drawer.get_by_role("tab", name="Key").click()
    expect(drawer.get_by_role("region", name="Key, Text")).to_have_text("k17")


def test_a_long_value_is_loaded_when_it_is_wanted(page: Page, topic: str) -> None:
    page.goto(f"/topics/{topic}/records?partitions=%5B1%5D&record=1-0")
    drawer = page.get_by_label("Record", exact=True)
    drawer.get_by_role("button", name="Load all of it").click()
    expect(drawer.get_by_role("button", name="Download value")).to_be_visible()
    with page.expect_download() as download:
        drawer.get_by_role("button", name="Download value").click()
    assert json.loads(Path(download.value.path()).read_text()) == [BIG]


def test_a_page_is_saved_and_sent_back_as_a_file(page: Page, topic: str, tmp_path: Path) -> None:
    page.goto(f"/topics/{topic}/records?partitions=%5B0%5D&at=offset:240")
    expect(cell_of(page, 9, 2)).to_have_text("249")
    page.get_by_label("Download this page").click()
    with page.expect_download() as download:
        page.get_by_role("menuitem", name=re.compile("JSON lines")).click()
    lines = Path(download.value.path()).read_text().splitlines()
    assert [json.loads(line)["value"]["n"] for line in lines] == list(range(240, 250))
    file = tmp_path / "back.jsonl"
    wrong = json.loads(lines[0]) | {"partition": 99}
    file.write_text("\n".join([*lines, "{", json.dumps(wrong)]))
    page.goto(f"/topics/{topic}/produce?from=file")
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name="Send the file").click()
    expect(page.get_by_text("10 written, 2 not")).to_be_visible(timeout=20_000)
    expect(page.get_by_text("line 11")).to_be_visible()
    expect(page.get_by_text(re.compile("line 12.*99"))).to_be_visible()
    page.goto(f"/topics/{topic}/records?partitions=%5B0%5D")
    expect(cell_of(page, 0, 3)).to_have_text("k249")
    expect(cell_of(page, 0, 2)).to_have_text("259")


def test_a_record_is_sent_again(page: Page, topic: str) -> None:
    page.goto(f"/topics/{topic}/produce?again=0-5")
    expect(page.get_by_label("Key", exact=True)).to_have_value("k5")
    page.get_by_role("button", name="Produce", exact=True).click()
    link = page.get_by_role("log").get_by_role("link").first
    expect(link).to_contain_text("partition 0, offset")
    link.click()
    expect(page.get_by_label("Record", exact=True)).to_contain_text("even")


def test_a_record_has_the_time_that_it_is_given(page: Page, topic: str) -> None:
    page.goto(f"/topics/{topic}/produce?again=0-6")
    page.get_by_label("Timestamp").fill("2020-02-03T04:05:06")
    page.get_by_role("button", name="Produce", exact=True).click()
    link = page.get_by_role("log").get_by_role("link").first
    expect(link).to_contain_text("offset 261")
    link.click()
    expect(page.get_by_label("Record", exact=True)).to_contain_text("2020-02-03 04:05:06")


def test_the_list_has_figures_and_an_address(page: Page, topic: str) -> None:
    page.goto(f"/topics?find={topic}&sort=-size")
    row = page.get_by_role("table").get_by_role("row").filter(has_text=topic)
    expect(row).to_contain_text("7 days")
    # Brokers tell their figures every ten seconds, so this test comes late.
    expect(row).to_contain_text("263", timeout=30_000)
    expect(page.get_by_role("columnheader", name="Size")).to_have_attribute(
        "aria-sort", "descending"
    )


def test_a_config_is_checked_changed_and_reset(page: Page, topic: str) -> None:
    page.goto(f"/topics/{topic}/configs?config=retention.ms")
    field = page.get_by_label("New value of retention.ms")
    field.fill("soon")
    expect(page.get_by_role("button", name="Review")).to_be_disabled()
    field.fill("3600000")
    page.get_by_role("button", name="Review").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("for good")
    expect(dialog).to_contain_text("would accept")
    dialog.get_by_role("button", name="Apply 1 change").click()
    expect(page.get_by_text("set on this topic")).to_be_visible()
    page.get_by_role("button", name="Reset to the default").click()
    page.get_by_role("button", name="Review").click()
    page.get_by_role("dialog").get_by_role("button", name="Apply 1 change").click()
    expect(page.get_by_text("set on this topic")).to_be_hidden()


def test_partitions_are_added_and_records_deleted_by_name(page: Page, topic: str) -> None:
    page.goto(f"/topics/{topic}/partitions")
    table = page.get_by_role("table", name="Partitions")
    expect(table.get_by_role("row").nth(1)).to_contain_text("leads", timeout=30_000)
    page.get_by_role("button", name="Add partitions").click()
    page.get_by_role("dialog").get_by_role("button", name="Add 1 partition").click()
    expect(table.get_by_role("row")).to_have_count(4)
    page.get_by_role("button", name="Actions").click()
    page.get_by_role("menuitem", name="Delete records").click()
    page.get_by_role("button", name="See what would go").click()
    dialog = page.get_by_role("dialog")
    confirm = dialog.get_by_role("button", name="Delete 263 records")
    expect(confirm).to_be_disabled()
    dialog.get_by_role("textbox").fill(topic)
    confirm.click()
    expect(page.get_by_text("Records deleted")).to_be_visible()
    page.goto(f"/topics/{topic}/records")
    expect(page.get_by_text("There are no records here")).to_be_visible()


def test_a_topic_is_deleted_by_name(page: Page, topic: str) -> None:
    page.goto(f"/topics/{topic}/configs")
    page.get_by_role("button", name="Actions").click()
    page.get_by_role("menuitem", name="Delete topic").click()
    page.get_by_role("dialog").get_by_role("textbox").fill(topic)
    page.get_by_role("dialog").get_by_role("button", name="Delete topic").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Topics")
    page.goto(f"/topics/{topic}/records")
    expect(page.get_by_role("heading", name=f"no topic “{topic}”")).to_be_visible()
