"""The polling source: a JSON API's records into a topic."""

import datetime as dt
import random
import time
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Final

import httpx
import orjson

from connect.connectors.backoff import Backoff
from connect.connectors.bounded_answers import BoundedAnswers
from connect.connectors.http import authentication
from connect.connectors.http.answers import Meaning, meaning, retry_after_seconds
from connect.connectors.http.headers import headers_keys, headers_of
from connect.connectors.http.paging import Mode, Read, State, at_pointer, check_pointer, read_page
from connect.connectors.urls import http_url, target_of
from connect.spi.config import (
    Config,
    ConfigDef,
    ConfigKey,
    ConfigType,
    Importance,
    between,
    non_empty,
    one_of,
    shown_when,
)
from connect.spi.connector import SourceConnector
from connect.spi.egress import Target
from connect.spi.errors import ConfigError, ConnectError, RetriableError
from connect.spi.records import SourceRecord
from connect.spi.task import SourceContext, SourceTask

_REQUEST: Final = "Request"
_PAGING: Final = "Paging"
_RECORDS: Final = "Records"
_WAIT_SECONDS: Final = 1.0
_STRING, _INT = ConfigType.STRING, ConfigType.INT

CONFIG: Final = ConfigDef(
    (
        ConfigKey(
            "topic", _STRING, importance=Importance.HIGH, group=_RECORDS, validator=non_empty,
            doc="Where records go.",
        ),
        ConfigKey(
            "http.url", _STRING, importance=Importance.HIGH, group=_REQUEST, validator=http_url,
            doc="What is asked, with GET.", names_target=True,
        ),
        *headers_keys(_REQUEST),
        ConfigKey(
            "http.timeout.ms", _INT, 30_000, group=_REQUEST, doc="For an answer.",
            validator=between(100, 300_000),
        ),
        ConfigKey(
            "http.answer.max.bytes", _INT, 8 << 20, group=_REQUEST, doc="Of one answer.",
            validator=between(1 << 10, 32 << 20),
        ),
        ConfigKey(
            "poll.interval.ms", ConfigType.LONG, 10_000, Importance.HIGH, group=_REQUEST,
            doc="Between two requests when there is nothing more to read.",
            validator=between(10, 86_400_000),
        ),
        ConfigKey(
            "retry.backoff.ms", ConfigType.LONG, 500, group=_REQUEST,
            doc="The first back-off's bound; it doubles up to a minute, with full jitter.",
            validator=between(1, 60_000),
        ),
        ConfigKey(
            "paging.mode", _STRING, "none", Importance.HIGH, group=_PAGING,
            doc="none, cursor (out of the answer), link (the Link header), offset (a number of "
            "records to skip) or timestamp (records from a time on).",
            validator=one_of(*(mode.value for mode in Mode)),
        ),
        ConfigKey(
            "paging.parameter", _STRING, "", group=_PAGING,
            doc="The query parameter that takes the cursor, offset or time.",
            recommender=shown_when("paging.mode", "cursor", "offset", "timestamp"),
        ),
        ConfigKey(
            "paging.cursor.pointer", _STRING, "", group=_PAGING, validator=check_pointer,
            doc="Where an answer has the next cursor, as /meta/next (a JSON pointer).",
            recommender=shown_when("paging.mode", "cursor"),
        ),
        ConfigKey(
            "paging.start", _STRING, None, group=_PAGING,
            doc="The first cursor, offset or time; none is sent without it.",
            recommender=shown_when("paging.mode", "cursor", "offset", "timestamp"),
        ),
        ConfigKey(
            "records.pointer", _STRING, "", group=_RECORDS, validator=check_pointer,
            doc="Where an answer has its list of records; the whole answer without it.",
        ),
        ConfigKey(
            "key.pointer", _STRING, "", group=_RECORDS, validator=check_pointer,
            doc="Where a record has its key.",
        ),
        ConfigKey(
            "timestamp.pointer", _STRING, "", group=_RECORDS, validator=check_pointer,
            doc="Where a record has its time: ISO 8601 or milliseconds since 1970.",
        ),
        *authentication.KEYS,
    )
)  # fmt: skip


class HttpSourceTask(SourceTask):
    def start(self, config: Config, context: SourceContext) -> None:
        self._config = config
        self._context = context
        self._mode = Mode(config["paging.mode"].lower())
        self._url = httpx.URL(config["http.url"])
        self._backoff = Backoff(config["retry.backoff.ms"])
        self._failures = 0
        self._due = time.monotonic()
        self._partition = {"url": config["http.url"]}
        (stored,) = context.offsets.read([self._partition])
        self._state = State.of(stored) if stored is not None else State(first_cursor(config))
        self._http = httpx.Client(
            transport=BoundedAnswers(
                context.egress.http_transport(),
                config["http.answer.max.bytes"],
                "ask for smaller pages, or raise http.answer.max.bytes",
            ),
            trust_env=False,
            timeout=config["http.timeout.ms"] / 1000,
            auth=authentication.authentication(config),
            headers={"accept": "application/json"} | headers_of(config),
        )

    def poll(self) -> Sequence[SourceRecord]:
        """
        Raises:
            RetriableError: the API does not answer now.
            ConnectError: it never will, or its answer is not what the settings say.
        """
        wait = self._due - time.monotonic()
        if wait > 0 and (self._context.stopping.wait(min(wait, _WAIT_SECONDS)) or wait > 1):
            return []
        response = self._ask()
        if response is None:
            self._rest()
            return []
        read = self._read(response)
        self._state = read.state
        if not read.more:
            self._rest()
        return [self._record(item, state) for item, state in read.records]

    def stop(self) -> None:
        self._http.close()

    def _rest(self) -> None:
        self._due = time.monotonic() + self._config["poll.interval.ms"] / 1000

    def _ask(self) -> httpx.Response | None:
        """The answer to the state's request; None when nothing has changed there."""
        headers = {"if-none-match": self._state.etag} if self._state.etag else {}
        try:
            response = self._http.get(self._asked(), headers=headers)
        except httpx.TransportError as error:
            said = str(error) or type(error).__name__
            raise self._later(None, f"{self._url.host} does not answer: {said}") from error
        if response.status_code == 304:
            self._failures = 0
            return None
        told = response.content[:300].decode(errors="replace")
        said = f"{self._url.host} answers {response.status_code} {told}"
        match meaning(response.status_code):
            case Meaning.DONE:
                self._failures = 0
                return response
            case Meaning.LATER:
                raise self._later(response.headers.get("retry-after"), said)
        raise ConnectError(f"{said}: check http.url, paging and auth")

    def _asked(self) -> httpx.URL:
        cursor = self._state.cursor
        if cursor is None:
            return self._url
        if self._mode is Mode.LINK:
            return linked(self._url, cursor)
        return self._url.copy_merge_params({self._config["paging.parameter"]: str(cursor)})

    def _later(self, retry_after: str | None, said: str) -> RetriableError:
        self._failures += 1
        wait = retry_after_seconds(retry_after, dt.datetime.now(dt.UTC))
        if wait is None:
            wait = self._backoff.delay_ms(self._failures, random.random()) / 1000
        self._due = time.monotonic() + wait
        return RetriableError(said)

    def _read(self, response: httpx.Response) -> Read:
        try:
            document = orjson.loads(response.content)
        except orjson.JSONDecodeError as error:
            raise ConnectError(f"{self._url.host} answers with what is no JSON: {error}") from error
        items = at_pointer(document, self._config["records.pointer"])
        if items is None:
            items = []
        elif not isinstance(items, list):
            items = [items]
        times = ()
        if self._mode is Mode.TIMESTAMP:
            times = tuple(at_pointer(item, self._config["timestamp.pointer"]) for item in items)
        return read_page(
            self._mode,
            self._state,
            items,
            following=self._following(response, document),
            etag=response.headers.get("etag"),
            times=times,
        )

    def _following(self, response: httpx.Response, document: Any) -> Any:
        if self._mode is Mode.CURSOR:
            # "" and false are how some APIs say "no more".
            return at_pointer(document, self._config["paging.cursor.pointer"]) or None
        link = response.links.get("next") if self._mode is Mode.LINK else None
        if not link:
            return None
        return str(linked(self._asked(), link["url"]))

    def _record(self, item: Any, state: State) -> SourceRecord:
        key = at_pointer(item, pointer) if (pointer := self._config["key.pointer"]) else None
        return SourceRecord(
            self._config["topic"],
            key,
            item,
            source_partition=self._partition,
            source_offset=state.offset(),
            timestamp_ms=self._time(item),
        )

    def _time(self, item: Any) -> int | None:
        pointer = self._config["timestamp.pointer"]
        return milliseconds(at_pointer(item, pointer)) if pointer else None


def linked(url: httpx.URL, link: Any) -> httpx.URL:
    """Where ``link`` leads from the page at ``url``; offsets have such ones too, which are altered
    by who may not read the connector's secrets.

    Raises:
        ConnectError: to another server, which would be given this one's credentials, or nowhere.
    """
    try:
        following = url.join(str(link))
    except httpx.InvalidURL as error:
        raise ConnectError(f"the next page's address is none: {error}") from error
    if (following.scheme, following.host, following.port) != (url.scheme, url.host, url.port):
        raise ConnectError(
            f"the page after one of {url.host} is said to be on {following.host}: a link to "
            "another server is not followed, it would be given this one's credentials"
        )
    return following


def milliseconds(found: Any) -> int | None:
    """ISO 8601, or a number of milliseconds since 1970; None for what is neither."""
    if isinstance(found, int | float) and not isinstance(found, bool):
        return int(found)
    if not isinstance(found, str):
        return None
    try:
        at = dt.datetime.fromisoformat(found)
    except ValueError:
        return None
    return round((at if at.tzinfo else at.replace(tzinfo=dt.UTC)).timestamp() * 1000)


def first_cursor(config: Config) -> Any:
    """
    Raises:
        ConfigError: an offset to start from that is no number.
    """
    start = config["paging.start"]
    if start is None or Mode(config["paging.mode"].lower()) is not Mode.OFFSET:
        # A time as a number is compared with numbers.
        return int(start) if start is not None and start.isdigit() else start
    if not start.isdigit():
        raise ConfigError(f"paging.start is a number of records to skip, not {start!r}")
    return int(start)


class HttpSource(SourceConnector):
    name: ClassVar[str] = "http-source"
    version: ClassVar[str] = "1.0.0"
    title: ClassVar[str] = "HTTP source (polling)"
    doc: ClassVar[str] = "Polls a JSON API, page by page, and remembers how far it has read."
    config: ClassVar[ConfigDef] = CONFIG
    task: ClassVar[type[SourceTask]] = HttpSourceTask
    exactly_once: ClassVar[bool] = True

    def __init__(self, config: Config) -> None:
        super().__init__(config)
        authentication.check(config)
        headers_of(config)
        first_cursor(config)
        mode = Mode(config["paging.mode"].lower())
        needs = {
            Mode.CURSOR: ("paging.parameter", "paging.cursor.pointer"),
            Mode.OFFSET: ("paging.parameter",),
            Mode.TIMESTAMP: ("paging.parameter", "timestamp.pointer"),
        }
        missing = [name for name in needs.get(mode, ()) if not config[name]]
        if missing:
            raise ConfigError(f"paging.mode={mode.value} needs {' and '.join(missing)}")

    def targets(self) -> Sequence[Target]:
        urls = self.configured["http.url"], self.configured["auth.token.url"]
        return [target_of(url) for url in urls if url]

    def topics(self) -> tuple[Sequence[str], Sequence[str]]:
        return [self.configured["topic"]], []

    def alter_offsets(
        self, changes: Sequence[tuple[Mapping[str, Any], Mapping[str, Any] | None]]
    ) -> None:
        for _partition, offset in changes:
            if offset is not None and not set(offset) <= {"cursor", "index", "etag", "beyond"}:
                raise ConnectError('an offset of http-source is {"cursor": ..., "index": 0}')
            cursor = offset.get("cursor") if offset is not None else None
            if cursor is not None and Mode(self.configured["paging.mode"].lower()) is Mode.LINK:
                linked(httpx.URL(self.configured["http.url"]), cursor)
