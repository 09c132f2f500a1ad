"""What went on in the browser's pages, told with the report of a test that failed.

A page that lacks something says little of why: whether a script did not come, a request is still
under way, or a click went nowhere.
"""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from playwright.sync_api import ConsoleMessage, Error, Page, Request

KEPT: Final = 60
"""Of what was seen, the latest."""

_witnesses: "list[Witness]" = []


class Witness:
    """Of one page."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._seen: deque[str] = deque(maxlen=KEPT)
        self._under_way: dict[Request, str] = {}
        page.on("console", self._console)
        page.on("pageerror", lambda error: self._seen.append(f"script failed: {error}"))
        page.on("request", self._request)
        page.on("requestfinished", self._finished)
        page.on("requestfailed", self._failed)
        page.on("framenavigated", lambda frame: self._seen.append(f"at {frame.url}"))

    def account(self) -> str:
        """What was seen, what is under way, and what stands on the page."""
        try:
            text = self._page.inner_text("body", timeout=1_000)
        except Error as error:
            text = f"(not to be read: {error})"
        under_way = [f"under way: {said}" for said in self._under_way.values()]
        return "\n".join([*self._seen, *under_way, f"at the end: {self._page.url}", text])

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self._seen.append(f"console {message.type}: {message.text}")

    def _request(self, request: Request) -> None:
        self._under_way[request] = f"{request.method} {request.url}"

    def _finished(self, request: Request) -> None:
        said = self._under_way.pop(request, request.url)
        response = request.response()
        self._seen.append(f"{response.status if response else 'no answer'}: {said}")

    def _failed(self, request: Request) -> None:
        said = self._under_way.pop(request, request.url)
        self._seen.append(f"failed, {request.failure}: {said}")


@contextmanager
def witnessed(page: Page) -> Iterator[Page]:
    """Have what goes on in ``page`` told should a test fail meanwhile."""
    witness = Witness(page)
    _witnesses.append(witness)
    try:
        yield page
    finally:
        _witnesses.remove(witness)


def accounts() -> list[str]:
    """One for each page that is open."""
    return [witness.account() for witness in _witnesses]
