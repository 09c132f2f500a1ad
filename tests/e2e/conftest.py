"""A whole service with the demo in it for this folder, its login, and a browser."""

from collections.abc import Generator, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.chromium import chromium
from tests.e2e.tour import PATIENCE_MS, sign_in, visiting
from tests.e2e.witness import accounts
from tests.service import ServiceUnderTest

# Playwright's five seconds are few on a machine with other tests to run.
expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="package")
def cell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceUnderTest]:
    """Started by ``./headwater up`` as a person does; it ends with the folder's last test."""
    with ServiceUnderTest(tmp_path_factory.mktemp("cell"), demo=True) as service:
        yield service


@pytest.fixture(scope="package")
def demo(cell: ServiceUnderTest) -> dict[str, Any]:
    """``status --json`` of the service with the demo tenant."""
    return cell.status


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Not for the session: Playwright keeps an event loop running in this thread until it stops,
    and no asyncio test may run beside it.
    """
    with chromium() as running:
        yield running


@pytest.fixture(scope="module")
def owner(browser: Browser, demo: dict[str, Any]) -> Iterator[Page]:
    """One page, signed in as the demo's owner; no script of it may fail."""
    with visiting(browser, demo["http_url"], "light") as page:
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        sign_in(page, demo["demo"])
        yield page
    assert errors == []


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A failure is told with what went on in the browser."""
    report = yield
    if report.failed:
        report.sections.extend(("Page in the browser", account) for account in accounts())
    return report
