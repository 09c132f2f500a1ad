"""A connector by the console: chosen, configured while it is judged, paused, stopped, deleted.

Its target is nowhere: whether it runs is the business of other tests, what people see is of this.
"""

import json
import re

from playwright.sync_api import Locator, Page, expect

from tests.e2e.test_every_page import barriers
from tests.e2e.tour import PATIENCE_MS
from tests.service import ServiceUnderTest

NAME = "flights-to-search"
SECRET = "swordfish-in-the-console"


def test_a_connector_from_the_catalogue_to_its_end(owner: Page, cell: ServiceUnderTest) -> None:
    _make(owner)
    _found(owner, "the new connector's page")
    assert SECRET not in owner.content()

    owner.get_by_role("button", name="Pause").click()
    expect(owner.get_by_role("button", name="Resume")).to_be_visible(timeout=PATIENCE_MS)
    owner.get_by_role("button", name="Stop", exact=True).click()
    expect(owner.get_by_text("Stopped").first).to_be_visible(timeout=PATIENCE_MS)
    told = cell.run("connectors", "--describe", "--connector", NAME, "--tenant", "demo", "--json")
    (connector,) = json.loads(told.stdout)["connectors"]
    assert connector["target_state"] == "STOPPED"
    assert connector["config"]["connection.password"] == "********"

    owner.get_by_role("button", name="Delete", exact=True).click()
    dialog = owner.get_by_role("dialog")
    expect(dialog.get_by_role("button", name="Delete connector")).to_be_disabled()
    dialog.get_by_label("to confirm").fill(NAME)
    dialog.get_by_role("button", name="Delete connector").click()
    expect(owner.get_by_text("No connectors yet")).to_be_visible(timeout=PATIENCE_MS)


def test_what_is_wrong_with_a_secret_is_said_at_its_field(
    owner: Page, cell: ServiceUnderTest
) -> None:
    """The connector's own, and that of a converter, which is in a group that opens for it."""
    name, registry = "to-search", "value.converter.schema.registry.url"
    login = "value.converter.basic.auth.user.info"
    config = {
        "connector.class": "elasticsearch-sink",
        "topics": "flights",
        "connection.url": "https://search.example.com:9200",
        "connection.username": "me",
        "connection.password": SECRET,
        "value.converter": "avro",
        registry: "https://registry.example.com",
        login: f"me:{SECRET}",
    }
    given = [word for key, value in config.items() for word in ("--set", f"{key}={value}")]
    made = ("--create", "--connector", name, "--initial-state", "STOPPED", "--no-wait", *given)
    ran = cell.run("connectors", *made, "--tenant", "demo", "--json")
    assert ran.returncode == 0, ran
    owner.goto(f"/connectors/{name}")
    panel = owner.get_by_role("region", name="Config", exact=True)
    panel.get_by_role("button", name="Edit").click(timeout=PATIENCE_MS)
    expect(_field(owner, "connection.password")).to_have_value("********", timeout=PATIENCE_MS)
    expect(owner.get_by_text("give the secret again")).to_have_count(0)

    for address, secret in (("connection.url", "connection.password"), (registry, login)):
        _field(owner, address).fill("https://elsewhere.example.com")
        field = _field(owner, secret)
        said = re.compile(re.escape(f"{address} changed") + ".*give the secret again")
        expect(field).to_have_accessible_description(said, timeout=PATIENCE_MS)
        expect(owner.get_by_text(said)).to_be_visible()
        _found(owner, f"the form with a fault at {secret}")
        field.fill("another:one")
        expect(owner.get_by_text(said)).to_have_count(0, timeout=PATIENCE_MS)
    owner.get_by_role("button", name="Save config").click()
    expect(owner.get_by_role("region", name="Config as JSON")).to_contain_text(
        "elsewhere.example.com", timeout=PATIENCE_MS
    )
    cell.run("connectors", "--delete", "--connector", name, "--tenant", "demo", "--yes", "--json")


def test_another_one_begins_like_one_that_is_there_and_is_not_lost_by_a_click(
    owner: Page, cell: ServiceUnderTest
) -> None:
    name = "like-this"
    given = (
        "connector.class=elasticsearch-sink", "topics=flights", "connection.username=me",
        "connection.url=https://search.example.com:9200", f"connection.password={SECRET}",
    )  # fmt: skip
    words = [word for each in given for word in ("--set", each)]
    made = ("--create", "--connector", name, "--initial-state", "STOPPED", "--no-wait", *words)
    ran = cell.run("connectors", *made, "--tenant", "demo", "--json")
    assert ran.returncode == 0, ran
    owner.goto(f"/connectors/{name}")
    owner.get_by_role("link", name="Duplicate").click(timeout=PATIENCE_MS)
    text = owner.get_by_label("The same as JSON")
    expect(text).to_have_value(re.compile("search.example.com"), timeout=PATIENCE_MS)
    begun = json.loads(text.input_value())
    assert begun["topics"] == "flights"
    # Nobody can know that secret, so it is to be given again.
    assert {"name", "connection.password"}.isdisjoint(begun)

    # Nothing is lost yet, so nothing is asked.
    owner.get_by_role("link", name="Cancel").click()
    expect(owner.get_by_role("heading", level=1)).to_have_text("Connectors", timeout=PATIENCE_MS)
    owner.go_back()
    owner.get_by_label("Name of the connector").fill("like-that", timeout=PATIENCE_MS)
    owner.get_by_role("link", name="Cancel").click()
    asked = owner.get_by_role("dialog", name="Leave this page?")
    asked.get_by_role("button", name="Stay").click(timeout=PATIENCE_MS)
    expect(owner.get_by_label("Name of the connector")).to_have_value("like-that")
    owner.get_by_role("link", name="Cancel").click()
    asked.get_by_role("button", name="Leave").click()
    expect(owner.get_by_role("heading", level=1)).to_have_text("Connectors", timeout=PATIENCE_MS)
    cell.run("connectors", "--delete", "--connector", name, "--tenant", "demo", "--yes", "--json")


def test_what_others_wrote_for_kafka_connect_can_be_pasted(owner: Page) -> None:
    """With its name, and by Kafka's name of another plugin than the one that was chosen."""
    owner.goto("/new-connector?plugin=data-generator")
    pasted = {
        "name": "orders-to-lake",
        "config": {"connector.class": "io.confluent.connect.s3.S3SinkConnector", "flush.size": 3},
    }
    owner.get_by_label("The same as JSON").fill(json.dumps(pasted), timeout=PATIENCE_MS)
    expect(owner.get_by_label("s3.bucket.name")).to_be_visible(timeout=PATIENCE_MS)
    expect(owner.get_by_text("S3 sink", exact=True)).to_be_visible()
    expect(owner.get_by_label("Name of the connector")).to_have_value("orders-to-lake")
    expect(owner.get_by_label("flush.size")).to_have_value("3")
    # The topics that there are can be chosen, and how their records are written.
    _field(owner, "Topics").fill("fli")
    owner.get_by_role("option", name="flights", exact=True).click(timeout=PATIENCE_MS)
    attempt = owner.get_by_role("button", name="Try the connection")
    expect(attempt).to_have_attribute("aria-disabled", "true")
    expect(attempt).to_have_accessible_description(re.compile("what is wrong"))
    _field(owner, "Value converter class").fill("json")
    expect(_field(owner, "value.converter.schemas.enable")).to_be_visible(timeout=PATIENCE_MS)
    _found(owner, "a form in which topics are chosen")
    written = json.loads(owner.get_by_label("The same as JSON").input_value())
    assert (written["topics"], written["value.converter"]) == ("flights", "json")
    owner.goto("/connectors")


def _field(page: Page, name: str) -> Locator:
    return page.get_by_label(name).first


def _make(page: Page) -> None:
    page.goto("/connectors")
    page.get_by_role("link", name="New connector").first.click(timeout=PATIENCE_MS)
    page.get_by_role("button", name="Elasticsearch").click(timeout=PATIENCE_MS)
    page.get_by_label("Name of the connector").fill(NAME)
    page.get_by_role("button", name="Create connector").click()
    # Nothing was made: what must be given is not.
    expect(page.get_by_role("status").filter(has_text="to mend first")).to_be_visible(
        timeout=PATIENCE_MS
    )
    page.get_by_label("connection.url").fill("ftp://search.example.com")
    expect(page.get_by_text("Invalid value ftp://search.example.com")).to_be_visible()
    text = page.get_by_label("The same as JSON")
    written = json.loads(text.input_value())
    assert written["connection.url"] == "ftp://search.example.com"
    written |= {
        "connection.url": "https://search.example.com:9200",
        "connection.password": SECRET,
        "topics": "flights",
    }
    text.fill(json.dumps(written))
    expect(page.get_by_label("connection.url")).to_have_value(written["connection.url"])
    # Each key is right by itself, and two of them do not go together.
    together = page.get_by_text("connection.username and connection.password go together")
    expect(together).to_be_visible(timeout=PATIENCE_MS)
    text.fill(json.dumps({**written, "connection.username": "me"}))
    expect(together).to_have_count(0, timeout=PATIENCE_MS)
    expect(page.get_by_text("to mend first")).to_have_count(0, timeout=PATIENCE_MS)
    _found(page, "the form")
    page.get_by_role("button", name="Create connector").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(NAME, timeout=PATIENCE_MS)
    expect(page.get_by_role("region", name="Config as JSON")).to_contain_text("********")


def _found(page: Page, where: str) -> None:
    found = barriers(page)
    assert found == [], f"{where}: {json.dumps(found, indent=2)}"
