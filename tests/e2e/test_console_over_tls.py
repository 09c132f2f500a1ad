"""The console over TLS in Chromium: its cookies, its sockets, what it writes, and signing out.

What the settings say is one thing, whether a browser keeps cookies of those names and sends them
back is another. The browser knows the deployment's certificate by its key, as it would by an
authority that was installed: no error is passed over, and pages are as secure as anywhere.
"""

import base64
import hashlib
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from playwright.sync_api import Browser, BrowserContext, Page, Response, WebSocket, expect

from tests.e2e.chromium import chromium
from tests.e2e.test_every_page import barriers
from tests.e2e.tour import PATIENCE_MS, sign_in, visiting
from tests.service import ServiceUnderTest

PROMISE: Final = "strict-transport-security"
A_YEAR: Final = "max-age=31536000"
"""Of this host only, and in no browser's list."""

SESSION, CSRF = "__Host-headwater_session_", "__Host-headwater_csrf_"

FOR_THIS_HOST: Final = {
    "domain": "127.0.0.1", "path": "/", "secure": True, "sameSite": "Lax",
}  # fmt: skip


@pytest.fixture(scope="module")
def secured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceUnderTest]:
    """As small as it can be that is asked for over TLS, with the demo in it."""
    arguments = ("--tls", "--connect-workers", "0")
    folder = tmp_path_factory.mktemp("secured")
    with ServiceUnderTest(folder, *arguments, demo=True, brokers=1) as service:
        yield service


@pytest.fixture(scope="module")
def status(secured: ServiceUnderTest) -> dict[str, Any]:
    return secured.status


@pytest.fixture(scope="module")
def browser(secured: ServiceUnderTest) -> Iterator[Browser]:
    """One that trusts the key of this deployment's certificate and no other."""
    file = secured.data_dir / "tls" / "server.pem"
    key = x509.load_pem_x509_certificate(file.read_bytes()).public_key()
    digest = hashlib.sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))
    pin = base64.b64encode(digest.digest()).decode()
    with chromium(f"--ignore-certificate-errors-spki-list={pin}") as running:
        yield running


def kept(context: BrowserContext) -> dict[str, dict[str, Any]]:
    """The cookies that the browser has, by the name without the deployment's part of it."""
    return {each["name"].rpartition("_")[0] + "_": dict(each) for each in context.cookies()}


def told(cookie: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: cookie[name] for name in names}


def test_from_signing_in_to_signing_out(browser: Browser, status: dict[str, Any]) -> None:
    with visiting(browser, status["http_url"], "light") as page:
        answers: list[Response] = []

        def note(answer: Response) -> None:
            answers.append(answer)

        page.on("response", note)
        sign_in(page, status["demo"])
        assert_cookies_are_this_host_s(page, answers)
        assert_pages_work_without_complaint(page, status["demo"]["topic"])
        with having_cookies_of(page.context, status) as client:
            assert_a_year_is_promised(client, {answer.url for answer in answers})
            assert_a_cookie_alone_changes_nothing(client, status["demo"]["cluster_id"])
            assert_signing_out_ends_the_session(page, client)


def assert_cookies_are_this_host_s(page: Page, answers: list[Response]) -> None:
    cookies = kept(page.context)
    assert set(cookies) == {SESSION, CSRF}
    for cookie in cookies.values():
        assert told(cookie, *FOR_THIS_HOST) == FOR_THIS_HOST
    # The page may read the token that it sends along, and never what signs it in.
    assert {name: each["httpOnly"] for name, each in cookies.items()} == {
        SESSION: True,
        CSRF: False,
    }
    assert page.evaluate("document.cookie").startswith(CSRF)
    assert SESSION not in page.evaluate("document.cookie")
    set_by = [line for answer in answers for line in answer.header_values("set-cookie")]
    assert set_by, "no answer set a cookie: what is looked at is not how they came"
    assert [line for line in set_by if "domain=" in line.lower()] == []


def having_cookies_of(context: BrowserContext, status: dict[str, Any]) -> httpx.Client:
    """Whoever has the browser's cookies, and nothing else that it sends along."""
    authority = Path(status["data_dir"]) / "tls" / "ca.pem"
    return httpx.Client(
        base_url=status["http_url"],
        verify=ssl.create_default_context(cafile=str(authority)),
        cookies={each["name"]: each["value"] for each in context.cookies()},
    )


def assert_a_year_is_promised(client: httpx.Client, addresses: set[str]) -> None:
    """By every answer: pages, files and the API. Of a file that the browser had already it tells no
    headers, so each is asked for again."""
    promised = {each: client.get(each).headers.get(PROMISE) for each in addresses}
    assert len(promised) > 3
    assert promised == dict.fromkeys(addresses, A_YEAR)


def assert_pages_work_without_complaint(page: Page, topic: str) -> None:
    """A live tail, a topic made by hand; axe and the browser have nothing to say of it."""
    complaints: list[str] = []
    sockets: list[str] = []

    def note(socket: WebSocket) -> None:
        sockets.append(socket.url)

    page.on("console", lambda said: complaints.append(said.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("websocket", note)
    page.goto(f"/topics/{topic}/live?from=earliest")
    expect(page.get_by_role("grid").get_by_role("row").nth(5)).to_be_visible(timeout=PATIENCE_MS)
    assert {url.partition(":")[0] for url in sockets} == {"wss"}
    assert barriers(page) == []
    page.goto("/topics#create")
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").first.fill("made-over-tls", timeout=PATIENCE_MS)
    dialog.get_by_role("button", name="Create").click()
    expect(dialog).to_have_count(0, timeout=PATIENCE_MS)
    page.goto("/topics")
    table = page.get_by_role("table", name="Topics")
    expect(table).to_contain_text("made-over-tls", timeout=PATIENCE_MS)
    assert page.evaluate("window.isSecureContext")
    assert complaints == []


def assert_a_cookie_alone_changes_nothing(client: httpx.Client, cluster_id: str) -> None:
    """Without a token: what another page could have a browser send."""
    topics = f"/kafka/v3/clusters/{cluster_id}/topics"
    refused = client.post(topics, json={"topic_name": "made-by-a-cookie"})
    assert refused.status_code == 403
    assert client.get(f"{topics}/made-by-a-cookie").status_code == 404


def assert_signing_out_ends_the_session(page: Page, client: httpx.Client) -> None:
    """The browser forgets its cookie, and who kept a copy is nobody."""
    assert client.get("/api/v1/session").status_code == 200
    page.get_by_label("Your account").click()
    page.get_by_role("menuitem", name="Sign out").click()
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_have_text("Sign in to Headwater", timeout=PATIENCE_MS)
    assert set(kept(page.context)) <= {CSRF}
    assert client.get("/api/v1/session").status_code == 401


def test_in_clear_nothing_is_said(status: dict[str, Any]) -> None:
    """Not even that one should come by TLS: whoever answers in clear can be spoken for."""
    in_clear = status["http_url"].replace("https://", "http://")
    with pytest.raises(httpx.RemoteProtocolError):
        httpx.get(f"{in_clear}/login", timeout=30)
