"""The webhook sink: each ``put`` is over when the server has taken all its records."""

import datetime as dt
import random
import time
from collections.abc import Sequence
from typing import ClassVar, Final

import httpx

from connect.connectors.backoff import Backoff
from connect.connectors.bounded_answers import CutAnswers
from connect.connectors.http import authentication
from connect.connectors.http.answers import Meaning, meaning, retry_after_seconds
from connect.connectors.http.bodies import CONTENT_TYPES, Envelope, Format, Request, requests
from connect.connectors.http.headers import headers_keys, headers_of
from connect.connectors.http.signing import secret_bytes, signature_headers
from connect.connectors.urls import http_url, target_of
from connect.spi.config import (
    Config,
    ConfigDef,
    ConfigKey,
    ConfigType,
    Importance,
    between,
    one_of,
)
from connect.spi.connector import SinkConnector
from connect.spi.egress import Target
from connect.spi.errors import ConnectError, DataError, RetriableError
from connect.spi.records import SinkRecord
from connect.spi.task import SinkContext, SinkTask

_REQUEST: Final = "Request"
_RETRIES: Final = "Retries"
ANSWER_BYTES_MAX: Final = 64 * 1024
"""Of an answer only its beginning is told; a token of OAuth has to fit too."""

CONFIG: Final = ConfigDef(
    (
        ConfigKey(
            "http.url", ConfigType.STRING, importance=Importance.HIGH, group=_REQUEST,
            doc="Where records are sent.", validator=http_url, names_target=True,
        ),
        ConfigKey(
            "http.method", ConfigType.STRING, "POST", group=_REQUEST, doc="POST, PUT or PATCH.",
            validator=one_of("POST", "PUT", "PATCH"),
        ),
        *headers_keys(_REQUEST),
        ConfigKey(
            "http.timeout.ms", ConfigType.INT, 30_000, group=_REQUEST, doc="For an answer.",
            validator=between(100, 300_000),
        ),
        ConfigKey(
            "body.format", ConfigType.STRING, "json", Importance.HIGH, group=_REQUEST,
            doc="json: an array of records; lines: a record a line; single: a request a record.",
            validator=one_of(*(each.value for each in Format)),
        ),
        ConfigKey(
            "body.envelope", ConfigType.STRING, "value", group=_REQUEST,
            doc="value sends values; record sends objects with topic, partition, offset, "
            "timestamp, key, headers and value.",
            validator=one_of(*(each.value for each in Envelope)),
        ),
        ConfigKey(
            "batch.max.records", ConfigType.INT, 500, group=_REQUEST, doc="Of one request.",
            validator=between(1, 10_000),
        ),
        ConfigKey(
            "batch.max.bytes", ConfigType.INT, 1 << 20, group=_REQUEST, doc="Of one request.",
            validator=between(1, 16 << 20),
        ),
        ConfigKey(
            "signing.secret", ConfigType.PASSWORD, None, group=_REQUEST,
            doc="Signs requests as the Standard Webhooks specification says: webhook-id, "
            "webhook-timestamp and webhook-signature (HMAC-SHA256).",
        ),
        ConfigKey(
            "signing.secret.former", ConfigType.PASSWORD, None, group=_REQUEST,
            doc="Signs as well, while receivers change to the new secret.",
        ),
        ConfigKey(
            "max.retries", ConfigType.INT, 5, group=_RETRIES,
            doc="Of one request in a row; after them the task holds back its consumer.",
            validator=between(0, 100),
        ),
        ConfigKey(
            "retry.backoff.ms", ConfigType.LONG, 200, group=_RETRIES,
            doc="The first back-off's bound; it doubles up to a minute, with full jitter. A "
            "Retry-After of the server goes before it.",
            validator=between(1, 60_000),
        ),
        *authentication.KEYS,
    )
)  # fmt: skip


class HttpSinkTask(SinkTask):
    """At-least-once, in order. ``idempotency-key`` and ``webhook-id`` are the same whenever a
    request is repeated; a receiver that keeps them has each once."""

    def start(self, config: Config, context: SinkContext) -> None:
        self._context = context
        self._url = config["http.url"]
        self._method = config["http.method"].upper()
        self._format = Format(config["body.format"].lower())
        self._envelope = Envelope(config["body.envelope"].lower())
        self._limits = config["batch.max.records"], config["batch.max.bytes"]
        self._retries = config["max.retries"]
        self._backoff = Backoff(config["retry.backoff.ms"])
        secrets = config["signing.secret"], config["signing.secret.former"]
        self._secrets = [secret_bytes(one.secret) for one in secrets if one]
        self._http = httpx.Client(
            transport=CutAnswers(context.egress.http_transport(), ANSWER_BYTES_MAX),
            trust_env=False,
            timeout=config["http.timeout.ms"] / 1000,
            auth=authentication.authentication(config),
            headers={"content-type": CONTENT_TYPES[self._format]} | headers_of(config),
        )

    def put(self, records: Sequence[SinkRecord]) -> None:
        """
        Raises:
            DataError: the server will never take a body; which record it is the caller finds out.
            RetriableError: the server takes nothing now.
            ConnectError: URL, method or rights are wrong.
        """
        for request in list(requests(records, self._format, self._envelope, *self._limits)):
            self._deliver(request)

    def stop(self) -> None:
        self._http.close()

    def _deliver(self, request: Request) -> None:
        for attempt in range(1, self._retries + 2):
            wait, said = self._attempt(request, attempt)
            if wait is None:
                return
            if attempt > self._retries:
                self._context.retry_after(wait)
            elif self._context.stopping.wait(wait):
                break
        raise RetriableError(f"{self._url} does not take records now: {said}")

    def _attempt(self, request: Request, attempt: int) -> tuple[float | None, str]:
        """None when the server has the request; else how many seconds to wait, and why."""
        headers = {"idempotency-key": request.id}
        if self._secrets:
            headers |= signature_headers(self._secrets, request.id, int(time.time()), request.body)
        backoff = self._backoff.delay_ms(attempt, random.random()) / 1000
        try:
            response = self._http.request(
                self._method, self._url, content=request.body, headers=headers
            )
        except httpx.TransportError as error:
            return backoff, str(error) or type(error).__name__
        said = f"{response.status_code} {response.text[:300]}".strip()
        match meaning(response.status_code):
            case Meaning.DONE:
                return None, said
            case Meaning.LATER:
                asked = retry_after_seconds(
                    response.headers.get("retry-after"), dt.datetime.now(dt.UTC)
                )
                return (asked if asked is not None else backoff), said
            case Meaning.CONFLICT if attempt <= self._retries:
                return backoff, said
            case Meaning.RECORD | Meaning.CONFLICT:
                raise DataError(f"{self._url} refused the body: {said}")
            case Meaning.SETTINGS:
                raise ConnectError(
                    f"{self._url} answers {said}: check http.url, http.method and auth"
                )


class HttpSink(SinkConnector):
    name: ClassVar[str] = "http-sink"
    version: ClassVar[str] = "1.0.0"
    title: ClassVar[str] = "HTTP sink (webhook)"
    doc: ClassVar[str] = "Sends records to an HTTP endpoint in batches, signed if you like."
    config: ClassVar[ConfigDef] = CONFIG
    task: ClassVar[type[SinkTask]] = HttpSinkTask

    def __init__(self, config: Config) -> None:
        super().__init__(config)
        authentication.check(config)
        headers_of(config)
        for name in ("signing.secret", "signing.secret.former"):
            if config[name]:
                secret_bytes(config[name].secret)

    def targets(self) -> Sequence[Target]:
        urls = self.configured["http.url"], self.configured["auth.token.url"]
        return [target_of(url) for url in urls if url]
