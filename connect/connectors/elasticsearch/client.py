"""The requests that the sink makes, over HTTP: bulk, and to see that an index or a stream is there.

Safe to use from several threads, as its ``httpx.Client`` is.
"""

import gzip
from collections.abc import Sequence
from itertools import count
from typing import Any, Final
from urllib.parse import quote

import httpx
import orjson

from connect.connectors.elasticsearch.bulk import Operation, Outcome, Verdict, body_of, verdicts
from connect.spi.errors import ConnectError, RetriableError

_SHORTLY: Final = frozenset({408, 425, 429, 500, 502, 503, 504})
"""Answers that say nothing of the request, only of the moment."""
_ANSWER: Final = "took,errors,items.*.status,items.*.error"


class TooLarge(Exception):
    """The target, or a proxy before it, takes no request of this size."""


class Client:
    """
    Args:
        urls: nodes of one cluster, ``https://host:9200``; used in turn.
        compress: gzip the bulk requests.
    """

    def __init__(self, http: httpx.Client, urls: Sequence[str], *, compress: bool = False) -> None:
        self._http = http
        self._urls = [url.rstrip("/") for url in urls]
        self._compress = compress
        self._turn = count()

    def bulk(self, operations: Sequence[Operation]) -> list[Verdict]:
        """One verdict per operation, in order; all of them "again" when the target cannot now.

        Raises:
            TooLarge: the request has to be smaller.
            ConnectError: rights or settings are wrong.
        """
        body = body_of(operations)
        headers = {"content-type": "application/x-ndjson"}
        if self._compress:
            body, headers["content-encoding"] = gzip.compress(body, 1), "gzip"
        try:
            response = self._ask("POST", f"/_bulk?filter_path={_ANSWER}", body, headers)
            if response.status_code == 413:
                raise TooLarge
            return verdicts(operations, self._good(response, "a bulk request"))
        except (RetriableError, ValueError) as error:
            return [Verdict(Outcome.AGAIN, str(error))] * len(operations)

    def index_exists(self, name: str) -> bool:
        """Whether an index, alias or data stream has this name."""
        response = self._ask("HEAD", f"/{quote(name, safe='')}")
        if response.status_code == 404:
            return False
        self._good(response, f"a look at index {name}")
        return True

    def create_index(self, name: str, mapping: dict[str, Any] | None) -> None:
        """Create an index; one that is there already, made by another task, is as good."""
        body = orjson.dumps({"mappings": mapping} if mapping else {})
        headers = {"content-type": "application/json"}
        response = self._ask("PUT", f"/{quote(name, safe='')}", body, headers)
        if response.status_code == 400 and b"already_exists" in response.content:
            return
        self._good(response, f"creating index {name}")

    def data_stream_exists(self, name: str) -> bool:
        """
        Raises:
            ConnectError: an index has the name, which would take documents and never roll over.
        """
        response = self._ask("GET", f"/_data_stream/{quote(name, safe='')}")
        if response.status_code == 404:
            return False
        if not self._good(response, f"a look at data stream {name}").get("data_streams"):
            raise ConnectError(
                f"{name} is an index and no data stream: delete it, or give another data.stream "
                "name, or write to it with topic.to.index.map and no data.stream.type"
            )
        return True

    def create_data_stream(self, name: str) -> None:
        """Create a data stream as its index template says; one that is there is as good.

        Raises:
            ConnectError: no template for data streams matches the name. Writing alone would make
                an index of it.
        """
        response = self._ask("PUT", f"/_data_stream/{quote(name, safe='')}")
        if response.status_code == 400:
            if b"already_exists" in response.content:
                return
            if b"no matching index template" in response.content:
                raise ConnectError(
                    f"no index template makes data stream {name}: put one with a data_stream "
                    "object, whose index_patterns match the name"
                )
        self._good(response, f"creating data stream {name}")

    def _ask(
        self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None
    ) -> httpx.Response:
        """The answer of the first node that gives one.

        Raises:
            RetriableError: no node answered.
        """
        first = next(self._turn)
        for n in range(len(self._urls)):
            url = self._urls[(first + n) % len(self._urls)]
            try:
                return self._http.request(method, url + path, content=body, headers=headers)
            except (httpx.ConnectError, httpx.ConnectTimeout) as error:
                failed: httpx.TransportError = error
            except httpx.TransportError as error:  # it may have been done: no other node now
                failed = error
                break
        said = str(failed) or type(failed).__name__
        raise RetriableError(f"{url} does not answer: {said}") from failed

    def _good(self, response: httpx.Response, what: str) -> dict[str, Any]:
        """The answer's body.

        Raises:
            RetriableError: the target cannot now.
            ConnectError: it never will.
        """
        status = response.status_code
        if status < 300:
            return _object(response.content, what) if response.content else {}
        said = f"{what} was answered {status}: {response.text[:300]}"
        if status in _SHORTLY:
            raise RetriableError(said)
        hint = ""
        if status in {401, 403}:
            hint = "; check connection.username and connection.password and the user's rights"
        raise ConnectError(said + hint)


def _object(content: bytes, what: str) -> dict[str, Any]:
    """Raises ``RetriableError`` for what no search engine answers: a proxy before it may."""
    try:
        found = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise RetriableError(f"{what} was answered with what is no JSON: {error}") from error
    if not isinstance(found, dict):
        raise RetriableError(f"{what} was answered with what is no JSON object")
    return found
