"""Every page of the console: where it is, and what stands on it once it is there."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from playwright.sync_api import Browser, Page, expect

from tests.e2e.witness import witnessed

VIEWPORT: Final = {"width": 1280, "height": 800}
PATIENCE_MS: Final = 30_000

SCHEMES: Final = ("light", "dark")


@dataclass(frozen=True, slots=True)
class Stop:
    """``shows`` is text that only the finished page has; ``name`` is a file's name."""

    name: str
    path: str
    shows: str
    signed_in: bool = True


def stops(topic: str, group: str) -> tuple[Stop, ...]:
    """The tour, for a tenant that has ``topic`` and ``group``."""
    return (
        Stop("sign-in", "/login", "Sign in to Headwater", signed_in=False),
        Stop("overview", "/", "Bootstrap servers"),
        Stop("topics", "/topics", topic),
        Stop("topic-live", f"/topics/{topic}/live", "records"),
        Stop("topic-records", f"/topics/{topic}/records", "Records"),
        Stop("topic-partitions", f"/topics/{topic}/partitions", "Leader"),
        Stop("topic-configs", f"/topics/{topic}/configs?config=retention.ms", "retention.bytes"),
        Stop("topic-produce", f"/topics/{topic}/produce", "Produce"),
        Stop("topic-produce-file", f"/topics/{topic}/produce?from=file", "JSON lines"),
        Stop("groups", "/groups", group),
        Stop("group", f"/groups/{group}", "End of log"),
        Stop("connectors", "/connectors", "onnector"),
        Stop("new-connector", "/new-connector", "Sinks: out of topics"),
        Stop("brokers", "/brokers", "Broker"),
        Stop("members", "/members", "Member since"),
        Stop("service-accounts", "/service-accounts", "Service accounts"),
        Stop("api-keys", "/keys", "in force"),
        Stop("acls", "/acls", "for service accounts"),
        Stop("audit", "/audit", "the newest first"),
        Stop("usage", "/usage", "Who used what"),
        Stop("quotas", "/quotas", "MiB/s"),
        Stop("client-quotas", "/quotas?of=clients", "the most exact one"),
        Stop("plans", "/plans", "standard"),
        Stop("settings", "/settings", "Partitions of a new topic"),
        Stop("tenants", "/tenants", "in this cell"),
    )


@contextmanager
def visiting(browser: Browser, base_url: str, scheme: str) -> Iterator[Page]:
    """A page of a browser that prefers ``scheme``, ``light`` or ``dark``."""
    context = browser.new_context(
        base_url=base_url,
        viewport=VIEWPORT,  # type: ignore[arg-type]
        color_scheme=scheme,  # type: ignore[arg-type]
        reduced_motion="reduce",
        locale="en-GB",
        timezone_id="UTC",
    )
    try:
        with witnessed(context.new_page()) as page:
            yield page
    finally:
        context.close()


def sign_in(page: Page, demo: dict[str, Any]) -> None:
    """As the demo tenant's owner; ``demo`` is the part of that name in ``status --json``."""
    page.goto("/login")
    page.get_by_label("Login").fill(demo["login"])
    page.get_by_label("Password", exact=True).fill(demo["password"])
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Overview", timeout=PATIENCE_MS)


def visit(page: Page, stop: Stop) -> None:
    """Go there and wait until nothing is loading."""
    page.goto(stop.path)
    wait_until_filled(page, stop)


def wait_until_filled(page: Page, stop: Stop) -> None:
    """Until what the page is for stands on it, and nothing is loading."""
    expect(page.get_by_text(stop.shows).first).to_be_visible(timeout=PATIENCE_MS)
    expect(page.get_by_text(re.compile(r"^Loading "))).to_have_count(0, timeout=PATIENCE_MS)
