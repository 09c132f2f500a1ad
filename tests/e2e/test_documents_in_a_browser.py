"""What documents print for browsers, run in one: the console's tab, and another site's page."""

import base64
import json
import re
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from playwright.sync_api import Browser, ConsoleMessage, expect

from tests.apps.documents import DOCS, examples, section
from tests.e2e.tour import PATIENCE_MS, sign_in, visiting
from tests.service import ServiceUnderTest


def make_topic(cell: ServiceUnderTest, name: str) -> None:
    made = cell.run("topics", "--create", "--topic", name, "--if-not-exists", "--tenant", "demo")
    assert made.returncode == 0, made.stderr


def test_fetch_in_the_console_s_tab(
    browser: Browser, cell: ServiceUnderTest, demo: dict[str, Any]
) -> None:
    make_topic(cell, "clicks")
    _by_node, in_a_page = examples(section("rest.md", "From Python and JavaScript"), "js", "text")
    script, shown = in_a_page
    with visiting(browser, demo["http_url"], "light") as page:
        sign_in(page, demo["demo"])
        said: list[str] = []

        def note(message: ConsoleMessage) -> None:
            said.append(message.text)

        page.on("console", note)
        page.evaluate(f"async () => {{ {script} }}")
        assert "\n".join(said) + "\n" == shown


@contextmanager
def site(page: str, ticket_of: Any) -> Iterator[str]:
    """Another site: its address. It serves ``page``, and at ``/ticket`` what ``ticket_of`` says."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            ticket = self.path == "/ticket"
            body = ticket_of() if ticket else page.encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json" if ticket else "text/html")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_a_socket_in_another_site_s_page(
    browser: Browser, cell: ServiceUnderTest, demo: dict[str, Any]
) -> None:
    make_topic(cell, "orders")
    login = demo["demo"]
    pair = f"{login['api_key']}:{login['api_secret']}"
    headers = {
        "Authorization": "Basic " + base64.b64encode(pair.encode()).decode(),
        "Content-Type": "application/json",
    }

    def post(path: str, body: bytes) -> bytes:
        request = urllib.request.Request(demo["http_url"] + path, body, headers)
        with urllib.request.urlopen(request, timeout=30) as answer:
            return bytes(answer.read())

    record = {"value": {"type": "JSON", "data": {"note": "<b>tea</b>"}}}
    records = f"/kafka/v3/clusters/{login['cluster_id']}/topics/orders/records"
    post(records, json.dumps(record).encode())
    (printed,) = re.findall(r"```html\n(.*?)```", (DOCS / "live.md").read_text(), re.DOTALL)
    page_text = printed.replace("127.0.0.1:8000", demo["http_url"].removeprefix("http://"))
    with (
        site(page_text, lambda: post("/api/v1/tenants/demo/tickets", b"")) as address,
        visiting(browser, address, "light") as page,
    ):
        page.goto("/")
        line = page.get_by_role("listitem").first
        expect(line).to_have_text('0: {"note":"<b>tea</b>"}', timeout=PATIENCE_MS)
